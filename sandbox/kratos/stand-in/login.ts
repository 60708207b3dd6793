import type { FastifyInstance, FastifyReply } from 'fastify';
import { FlowRefusal } from './errors.ts';
import { onSubmit, type Submission, transientPayloadOf } from './flows.ts';
import { afterLogin } from './hooks.ts';
import { refuseInactive, setSessionCookie, storeSession } from './sessions.ts';
import { sessionJson } from './shapes.ts';
import { type IdentityRow, identityByEmail, newSession, type SessionRow, type Site } from './site.ts';

const WRONG =
  'The provided credentials are invalid, check for spelling mistakes in your password or username, email address, or phone number.';

/** Sign-in with a password. */
export function loginRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  app.post('/self-service/login', onSubmit('login', site, login));
}

async function login(submission: Submission): Promise<FastifyReply> {
  const { site, request, flow, fields } = submission;
  const identity = identityByEmail(site.records, fields.identifier);
  if (identity === undefined || site.records.passwords.get(identity.id) !== fields.password) {
    throw new FlowRefusal([{ id: 4000006, text: WRONG, type: 'error' }]);
  }
  refuseInactive(identity);
  const session = newSession(identity.id, 'password', request.headers['user-agent'] ?? '');
  const transientPayload = transientPayloadOf(fields);
  await afterLogin(site, request, { flow, identity, session, method: 'password', transientPayload });
  storeSession(site, session);
  return signedIn(submission, identity, session);
}

function signedIn({ site, reply, client, flow }: Submission, identity: IdentityRow, session: SessionRow): FastifyReply {
  const { password, default_browser_return_url: global } = site.hooks.login;
  const location = flow.returnTo ?? password.default_browser_return_url ?? global ?? `${site.uiUrl}/`;
  const body = { session: sessionJson(site, session, identity) };
  if (client === 'api') return reply.send({ session_token: session.token, ...body, continue_with: null });
  setSessionCookie(site, reply, session);
  if (client === 'html') return reply.redirect(location, 303);
  const continueWith = [{ action: 'redirect_browser_to', redirect_browser_to: location }];
  return reply.send({ ...body, continue_with: continueWith });
}
