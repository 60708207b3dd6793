import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { NOTES } from './explanations.ts';
import { formOf, isRefusedByGate, type UiFlow, uiFlow } from './forms.ts';
import { ask, type Me, recoveryCode } from './kratos.ts';
import { meaningOf } from './status.ts';

export interface Frame {
  readonly title: string;
  /** Markup of what the person came for. */
  readonly main: string;
  /** Markup for whoever looks behind the scenes; a real application has no such thing. */
  readonly behind: string;
  /** The address of who is signed in. */
  readonly email?: string | undefined;
}

function account(email: string | undefined): string {
  return email === undefined
    ? html`<a href="/login">Sign in</a> <a href="/registration">Sign up</a>`
    : html`<span>${email}</span> <a href="/logout">Sign out</a>`;
}

/** A page of the application, and beside it what just happened. */
export function page({ title, main, behind, email }: Frame): string {
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title} · Harbour</title><link rel="stylesheet" href="/app.css"><link rel="icon" href="data:,"></head>
<body><header><div><a class="brand" href="/">Harbour</a><span class="demo">a bank that does not exist</span>
<nav aria-label="Account">!${account(email)}</nav></div></header>
<div class="columns"><main class="card"><h1>${title}</h1>!${main}</main>
<aside class="card aside" aria-label="Behind the scenes"><h2>Behind the scenes</h2>!${behind}</aside></div></body></html>`;
}

const KINDS = {
  registration: { title: 'Sign up', submit: 'Sign up', other: html`<p>Known here? <a href="/login">Sign in</a></p>` },
  login: {
    title: 'Sign in',
    submit: 'Sign in',
    other: html`<p>New here? <a href="/registration">Sign up</a></p><p><a href="/recovery">Password lost?</a></p>`,
  },
  recovery: { title: 'Recover your account', submit: 'Go on', other: '' },
} as const;

export type Kind = keyof typeof KINDS;

const query = z.object({ flow: z.string(), return_to: z.string() }).partial();

function noteOn(kind: Kind, flow: UiFlow): string {
  if (!isRefusedByGate(flow)) return NOTES[kind];
  return kind === 'recovery' ? NOTES.refusedRecovery : NOTES.refused;
}

/** The page that shows a flow; without one, or with one that has ended, Kratos begins another and leads back here. */
export function flowPage(app: FastifyInstance, kind: Kind, kratosUrl: string, hint: (flow: string) => string): void {
  app.get(`/${kind}`, async (request: FastifyRequest, reply: FastifyReply) => {
    const { flow: id } = query.parse(request.query);
    const flow = id === undefined ? undefined : await read(request, `${kratosUrl}/self-service/${kind}/flows?id=${id}`);
    if (id === undefined || flow === undefined) return reply.redirect(startOf(kind, kratosUrl), 303);
    const { title, submit, other } = KINDS[kind];
    const main = html`!${hint(id)}!${formOf(flow, submit)}!${other}`;
    return reply.type('text/html').send(page({ title, main, behind: noteOn(kind, flow) }));
  });
}

function startOf(kind: Kind, kratosUrl: string): string {
  return kind === 'recovery' ? '/help-desk' : `${kratosUrl}/self-service/${kind}/browser`;
}

async function read(request: FastifyRequest, url: string): Promise<UiFlow | undefined> {
  const answer = await ask(request, url);
  return answer.status === 200 ? uiFlow.parse(answer.json()) : undefined;
}

export function welcome(): string {
  return html`<p>Open an account in a minute, and prove who you are when you are ready.</p>
<p><a class="button" href="/registration">Sign up</a> <a class="button plain" href="/login">Sign in</a></p>`;
}

const ATTEMPTS: ReadonlyMap<string, string> = new Map([
  ['pending', 'A further attempt waits for you. Until it is decided, nothing changes.'],
  ['processing', 'A further attempt is under way. Until it is decided, nothing changes.'],
  ['expired', 'A further attempt was not finished. It changed nothing.'],
]);

const MAY_SEND = { good: 'yes', wait: 'once you are verified', bad: 'no' } as const;

/** The start page of who is signed in: what the application read, what it means here, and its one link. */
export function home({ jumio }: Pick<Me, 'jumio'>, verifyLink: string): string {
  const { badge, mood, sentence, link } = meaningOf(jumio);
  const attempt = jumio?.attempt && ATTEMPTS.get(jumio.attempt);
  return html`<p><span class="badge ${mood}">${badge}</span></p><p>${sentence}</p>
!${attempt ? html`<p class="note">${attempt}</p>` : ''}
!${link === undefined ? '' : html`<p><a class="button" href="${verifyLink}">${link}</a></p>`}
<h2>What you can do here</h2>
<ul><li>Look at your account: yes</li><li>Send money: ${MAY_SEND[mood]}</li></ul>
<p><a href="/">Look again</a></p>`;
}

const form = z.object({ email: z.string().catch('') });

/**
 * No mail leaves this machine, so a help desk that trusts everybody stands in for the mail with the code. It knows who
 * was signed in here since the application started, and shows the code on the page that asks for it.
 */
export interface HelpDesk {
  remember(email: string, id: string): void;
  /** Markup that names the code of a flow, where one was given out here. */
  hint(flow: string): string;
}

export function helpDesk(): HelpDesk & { code(adminUrl: string, email: string): Promise<string | undefined> } {
  const ids = new Map<string, string>();
  const codes = new Map<string, string>();
  return {
    remember: (email, id) => void ids.set(email.toLowerCase(), id),
    hint: (flow) => {
      const code = codes.get(flow);
      return code === undefined
        ? ''
        : html`<p class="note">The mail that was not sent says: <strong>${code}</strong></p>`;
    },
    code: async (adminUrl, email) => {
      const id = ids.get(email.trim().toLowerCase());
      if (id === undefined) return undefined;
      const made = await recoveryCode(adminUrl, id);
      codes.set(new URL(made.page).searchParams.get('flow') ?? '', made.code);
      return made.page;
    },
  };
}

function askForAddress(said = ''): string {
  const message = said === '' ? '' : html`<p class="message" role="alert">${said}</p>`;
  const main = html`!${message}<form method="post"><p><label for="email">E-mail address</label>
<input id="email" name="email" type="email" autocomplete="email" required></p><p><button>Get a code</button></p></form>
<p><a href="/login">Back to sign-in</a></p>`;
  return page({ title: 'Password lost?', main, behind: NOTES.recovery });
}

export async function helpDeskPages(
  app: FastifyInstance,
  { desk, adminUrl }: { desk: ReturnType<typeof helpDesk>; adminUrl: string },
): Promise<void> {
  await app.register(formbody);
  app.get('/help-desk', (_request, reply) => reply.type('text/html').send(askForAddress()));
  app.post('/help-desk', async (request, reply) => {
    const { email } = form.parse(request.body);
    const next = await desk.code(adminUrl, email);
    if (next !== undefined) return reply.redirect(next, 303);
    return reply.type('text/html').send(askForAddress('Nobody with this address was signed in here today.'));
  });
}
