import { randomUUID } from 'node:crypto';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { notFound, uiOf } from './errors.ts';
import { onSubmit, type Submission } from './flows.ts';
import { afterRecovery } from './hooks.ts';
import { refuseInactive, setSessionCookie, storeSession } from './sessions.ts';
import { flowJson } from './shapes.ts';
import { newSession, type Site } from './site.ts';

/** Recovery with a code of the admin API. It signs the person in without the hooks of sign-in. */
export function recoveryRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  app.post('/self-service/recovery', onSubmit('recovery', site, recover));
}

async function recover(submission: Submission): Promise<FastifyReply> {
  const { site, request, flow, fields, reply, client } = submission;
  const { recovery } = flow;
  if (recovery?.code === undefined || fields.code !== recovery.code) return wrongCode(submission);
  recovery.code = undefined;
  const identity = site.records.identities.get(recovery.identityId);
  if (identity === undefined) throw notFound();
  refuseInactive(identity);
  await afterRecovery(site, request, { flow, identity, method: 'code' });
  const session = newSession(identity.id, 'code_recovery', request.headers['user-agent'] ?? '');
  storeSession(site, session);
  setSessionCookie(site, reply, session);
  const location = `${site.uiUrl}/settings?flow=${randomUUID()}`;
  return client === 'html' ? reply.redirect(location, 303) : reply.code(422).send(redirectBody(location));
}

function wrongCode({ site, flow, reply, client }: Submission): FastifyReply {
  const text = 'The recovery code is invalid or has already been used. Please try again.';
  flow.messages = [{ id: 4060006, text, type: 'error' }];
  return client === 'html' ? reply.redirect(uiOf(site, flow), 303) : reply.send(flowJson(site, flow));
}

function redirectBody(location: string) {
  const error = {
    id: 'browser_location_change_required',
    code: 422,
    status: 'Unprocessable Entity',
    reason: `In order to complete this flow please redirect the browser to: ${location}`,
    message: 'browser location change required',
  };
  return { error, redirect_browser_to: location };
}
