import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import type { Status } from '../../client/index.ts';
import { NOTES } from './explanations.ts';
import { formOf, isFirstStep, isRefusedByGate, leadsOn, type UiFlow, uiFlow } from './forms.ts';
import { createRecoveryCode, findPerson, get, type Me } from './kratos.ts';
import { meaningOf, noteOn } from './status.ts';

export interface Frame {
  readonly title: string;
  /** Markup of the page itself. */
  readonly main: string;
  /** Markup of the box “Behind the scenes”; a real application has no such box. */
  readonly behind: string;
  /** The e-mail address of the person who is signed in. */
  readonly email?: string | undefined;
}

function account(email: string | undefined): string {
  return email === undefined
    ? html`<a href="/login">Sign in</a> <a href="/registration">Sign up</a>`
    : html`<span>${email}</span> <a href="/logout">Sign out</a>`;
}

/** A whole page of the application, with the box “Behind the scenes” beside it. */
export function page({ title, main, behind, email }: Frame): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Harbour</title><link rel="stylesheet" href="/app.css"><link rel="icon" href="data:,"></head>
<body><header><div><a class="brand" href="/">Harbour</a><span class="demo">a bank that does not exist</span>
<nav aria-label="Account">!${account(email)}</nav></div></header>
<div class="columns"><main class="card"><h1>${title}</h1>!${main}</main>
<aside class="card aside" aria-label="Behind the scenes"><h2>Behind the scenes</h2>!${behind}</aside></div>
<script src="/app.js"></script></body></html>`;
}

const KINDS = {
  registration: {
    title: 'Sign up',
    submit: 'Sign up',
    other: html`<p>Already a customer? <a href="/login">Sign in</a></p>`,
  },
  login: {
    title: 'Sign in',
    submit: 'Sign in',
    other: html`<p>New here? <a href="/registration">Sign up</a></p><p><a href="/recovery">Forgot your password?</a></p>`,
  },
  recovery: { title: 'Recover your account', submit: 'Continue', other: '' },
  verification: {
    title: 'Confirm your e-mail address',
    submit: 'Continue',
    other: html`<p><a href="/">Do it later</a></p>`,
  },
} as const;

export type Kind = keyof typeof KINDS;

const query = z.object({ flow: z.string(), return_to: z.string() }).partial();

function explanationOf(kind: Kind, flow: UiFlow): string {
  if (isFirstStep(flow)) return NOTES.firstStep;
  if (!isRefusedByGate(flow)) return NOTES[kind];
  if (leadsOn(flow)) return NOTES.refusedForNow;
  return kind === 'recovery' ? NOTES.refusedRecovery : NOTES.refused;
}

/** The page that shows a flow. Without one, or with one that has expired, Kratos starts another and redirects back here. */
export function flowPage(app: FastifyInstance, kind: Kind, kratosUrl: string, hint: (flow: string) => string): void {
  app.get(`/${kind}`, async (request: FastifyRequest, reply: FastifyReply) => {
    const { flow: id } = query.parse(request.query);
    const flow = id === undefined ? undefined : await readFlow(request, kratosUrl, kind, id);
    if (id === undefined || flow === undefined) return reply.redirect(startOf(kind, kratosUrl), 303);
    const { title, submit, other } = KINDS[kind];
    const main = html`!${hint(id)}!${formOf(flow, submit)}!${other}`;
    const me = await findPerson(request, kratosUrl);
    return reply.type('text/html').send(page({ title, main, behind: explanationOf(kind, flow), email: me?.email }));
  });
}

function startOf(kind: Kind, kratosUrl: string): string {
  return kind === 'recovery' ? '/help-desk' : `${kratosUrl}/self-service/${kind}/browser`;
}

/** The flow of a browser as Kratos describes it; undefined where it has none such, or has expired. */
export async function readFlow(
  request: FastifyRequest,
  kratosUrl: string,
  kind: Kind | 'settings',
  id: string,
): Promise<UiFlow | undefined> {
  const answer = await get(request, `${kratosUrl}/self-service/${kind}/flows?id=${encodeURIComponent(id)}`);
  return answer.status === 200 ? uiFlow.parse(answer.json()) : undefined;
}

export function welcome(): string {
  return html`<p>Open an account in a minute, and prove who you are when you are ready.</p>
<p><a class="button" href="/registration">Sign up</a> <a class="button plain" href="/login">Sign in</a></p>`;
}

const MAY_SEND = { good: 'yes', wait: 'once you are verified', bad: 'no' } as const;

/**
 * Markup of the start page after sign-in: what the application read, what it means here, what is next, and the link to the service.
 * @param sends whether the bank sends money at all
 */
export function home(
  { jumio }: Pick<Me, 'jumio'>,
  verifyLink: string,
  next: Status['next'] | undefined,
  sends = false,
): string {
  const { badge, mood, sentence, link } = meaningOf(jumio, next);
  const note = noteOn(jumio, next);
  return html`<p><span class="badge ${mood}">${badge}</span></p><p>${sentence}</p>
!${note === '' ? '' : html`<p>${note}</p>`}
!${link === undefined ? '' : html`<p><a class="button" href="${verifyLink}">${link}</a></p>`}
<h2>What you can do here</h2>
<ul><li>See your account: yes</li><li>Send money: ${MAY_SEND[mood]}</li></ul>
!${sends && mood === 'good' ? html`<p><a class="button" href="/send">Send money</a></p>` : ''}
!${mood === 'good' ? '' : html`<p><a href="/">Check again</a></p>`}`;
}

const form = z.object({ email: z.string().catch('') });

/**
 * Stands in for the mail with the recovery code, because no mail leaves this machine. It trusts every visitor. It knows
 * the people who were signed in here since the application started, and shows the code on the page that asks for it.
 */
export interface HelpDesk {
  remember(email: string, id: string): void;
  /** Markup that shows the code of a flow; empty where none was made here. */
  hint(flow: string): string;
}

/** Creates a help desk without any known person. */
export function createHelpDesk(): HelpDesk & { code(adminUrl: string, email: string): Promise<string | undefined> } {
  const ids = new Map<string, string>();
  const codes = new Map<string, string>();
  return {
    remember: (email, id) => void ids.set(email.toLowerCase(), id),
    hint: (flow) => {
      const code = codes.get(flow);
      return code === undefined
        ? ''
        : html`<p class="note">No mail was sent. The code in it would be: <strong>${code}</strong></p>`;
    },
    code: async (adminUrl, email) => {
      const id = ids.get(email.trim().toLowerCase());
      if (id === undefined) return undefined;
      const made = await createRecoveryCode(adminUrl, id);
      codes.set(new URL(made.page).searchParams.get('flow') ?? '', made.code);
      return made.page;
    },
  };
}

function addressPage(error = ''): string {
  const message = error === '' ? '' : html`<p class="message" role="alert">${error}</p>`;
  const main = html`!${message}<form method="post"><p><label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required></p><p><button>Get a code</button></p></form>
<p><a href="/login">Back to sign-in</a></p>`;
  return page({ title: 'Forgot your password?', main, behind: NOTES.recovery });
}

export async function helpDeskPages(
  app: FastifyInstance,
  { helpDesk, adminUrl }: { helpDesk: ReturnType<typeof createHelpDesk>; adminUrl: string },
): Promise<void> {
  await app.register(formbody);
  app.get('/help-desk', (_request, reply) => reply.type('text/html').send(addressPage()));
  app.post('/help-desk', async (request, reply) => {
    const { email } = form.parse(request.body);
    const next = await helpDesk.code(adminUrl, email);
    if (next !== undefined) return reply.redirect(next, 303);
    return reply
      .type('text/html')
      .send(addressPage('No person with this address has signed in here since the demo started.'));
  });
}
