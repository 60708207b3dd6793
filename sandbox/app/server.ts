import { readFileSync } from 'node:fs';
import Fastify, { type FastifyInstance } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { type EventBox, receiveEvents } from './events.ts';
import { NOTES, traceOf } from './explanations.ts';
import { providerErrorText, START_AGAIN } from './forms.ts';
import { errorText, findPerson, logoutUrl, readOperatorNotes } from './kratos.ts';
import { nextStep } from './next-step.ts';
import { createHelpDesk, flowPage, type HelpDesk, helpDeskPages, home, page, readFlow, welcome } from './pages.ts';
import { type PaymentOptions, paymentPages } from './payments/routes.ts';
import { settingsForms } from './settings.ts';

/** What the demo's application needs to know: the URLs as browsers reach them, and Kratos' admin API. */
export interface AppOptions {
  readonly port: number;
  /** As browsers reach it. */
  readonly kratosUrl: string;
  readonly kratosAdminUrl: string;
  readonly appUrl: string;
  readonly verifyUrl: string;
  readonly jumioUrl: string;
  /** How payments are approved; without it the bank sends no money. */
  readonly payments?: Pick<PaymentOptions, 'client' | 'returnUrl' | 'twilioUrl' | 'hasPasskeys'>;
  /** With which the service signs the events that it sends; undefined: it sends none. */
  readonly eventSecret?: string;
}

const STYLE = readFileSync(new URL('./app.css', import.meta.url), 'utf8');

const SCRIPT = readFileSync(new URL('./app.js', import.meta.url), 'utf8');

const flowQuery = z.object({ flow: z.string().optional().catch(undefined) });

const errorQuery = z.object({ id: z.string().catch('') });

const NO_EVENTS: EventBox = { of: () => [] };

function homePages(app: FastifyInstance, options: AppOptions, helpDesk: HelpDesk, events: EventBox): void {
  const { kratosUrl, kratosAdminUrl, appUrl, verifyUrl, jumioUrl } = options;
  const verifyLink = `${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${appUrl}/`)}`;
  app.get('/', async (request, reply) => {
    const me = await findPerson(request, kratosUrl);
    reply.type('text/html');
    if (me === undefined)
      return reply.send(page({ title: 'Your money, ashore', main: welcome(), behind: NOTES.visitor }));
    helpDesk.remember(me.email, me.id);
    const notes = await readOperatorNotes(kratosAdminUrl, me.id);
    const behind = await traceOf(jumioUrl, me, notes, events.of(me.id));
    return reply.send(
      page({
        title: 'Your account',
        main: home(me, verifyLink, await nextStep(request, verifyUrl), options.payments !== undefined),
        behind,
        email: me.email,
      }),
    );
  });
  // Where Kratos' quickstart sends people at the end.
  app.get('/welcome', (_request, reply) => reply.redirect('/', 303));
  app.get('/logout', async (request, reply) => reply.redirect((await logoutUrl(request, kratosUrl)) ?? '/', 303));
}

const BACK = html`<p><a href="/">Back to the start</a></p>`;

function otherPages(app: FastifyInstance, { kratosUrl, payments }: AppOptions): void {
  app.get('/app.css', (_request, reply) => reply.type('text/css').send(STYLE));
  app.get('/app.js', (_request, reply) => reply.type('text/javascript').send(SCRIPT));
  app.get('/settings', async (request, reply) => {
    const me = await findPerson(request, kratosUrl);
    const { flow: id } = flowQuery.parse(request.query);
    const flow = id === undefined ? undefined : await readFlow(request, kratosUrl, 'settings', id);
    // The stand-in has no settings.
    if (flow === undefined && payments?.hasPasskeys)
      return reply.redirect(`${kratosUrl}/self-service/settings/browser`, 303);
    const title = flow === undefined ? 'Welcome back' : 'Your settings';
    const main = html`!${flow === undefined ? html`<p>You are signed in again.</p>` : settingsForms(flow)}!${BACK}`;
    const behind = flow === undefined ? NOTES.settings : NOTES.settingsFlow;
    return reply.type('text/html').send(page({ title, main, behind, email: me?.email }));
  });
  app.get('/error', async (request, reply) => {
    const text = (await errorText(request, kratosUrl, errorQuery.parse(request.query).id)) ?? 'Kratos gave no reason.';
    const own = providerErrorText(text);
    const main = html`<p class="message">${own ?? text}</p>!${own === undefined ? '' : START_AGAIN}!${BACK}`;
    return reply.type('text/html').send(page({ title: 'Something went wrong', main, behind: NOTES.error }));
  });
}

/** Starts the smallest application that a person can sign up at and sign in to: the pages that Kratos redirects to. */
export async function startApp(options: AppOptions): Promise<{ stop(): Promise<void> }> {
  const app = Fastify();
  const helpDesk = createHelpDesk();
  flowPage(app, 'registration', options.kratosUrl, () => '');
  flowPage(app, 'login', options.kratosUrl, () => '');
  flowPage(app, 'verification', options.kratosUrl, () => '');
  flowPage(app, 'recovery', options.kratosUrl, (flow) => helpDesk.hint(flow));
  const events = options.eventSecret === undefined ? NO_EVENTS : receiveEvents(app, options.eventSecret);
  homePages(app, options, helpDesk, events);
  otherPages(app, options);
  await app.register(helpDeskPages, { helpDesk, adminUrl: options.kratosAdminUrl });
  const { payments } = options;
  if (payments !== undefined) await app.register(paymentPages, { options: { ...options, ...payments } });
  await app.listen({ port: options.port, host: '127.0.0.1' });
  return { stop: () => app.close() };
}
