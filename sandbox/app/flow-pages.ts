import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { html } from 'ghtml';
import { z } from 'zod';
import { formOf, isRefusedByGate, type UiFlow, uiFlow } from './form.ts';
import { ask } from './kratos.ts';
import { page } from './layout.ts';
import { NOTES } from './notes.ts';

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
