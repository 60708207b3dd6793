import type { FastifyInstance, FastifyReply } from 'fastify';
import { FlowRefusal } from './errors.ts';
import { type Fields, onSubmit, type Submission, transientPayloadOf } from './flows.ts';
import { afterRegistration, beforeIdentityExists } from './hooks.ts';
import { setSessionCookie, storeSession } from './sessions.ts';
import { identityJson, sessionJson } from './shapes.ts';
import { type IdentityRow, identityByEmail, newIdentity, newSession, type Site } from './site.ts';

const SHORTEST_PASSWORD = 8;

/** Sign-up with e-mail address and password. */
export function registrationRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  app.post('/self-service/registration', onSubmit('registration', site, register));
}

async function register(submission: Submission): Promise<FastifyReply> {
  const { site, request, flow, fields } = submission;
  const identity = newIdentity(emailOf(fields));
  const occasion = { flow, identity, transientPayload: transientPayloadOf(fields) };
  await beforeIdentityExists(site, request, occasion);
  create(site, identity, fields.password);
  // From here on the account exists, even if a hook refuses: a second sign-up is refused as a duplicate (docs/reference/kratos.md#13-what-is-visible-to-the-admin-api-while-the-hook-runs).
  const { issuesSession, returnUrl } = await afterRegistration(site, request, occasion);
  const location = flow.returnTo ?? returnUrl ?? `${site.uiUrl}/`;
  return issuesSession ? signIn(submission, identity, location) : withoutSession(submission, identity, location);
}

function emailOf(fields: Fields): string {
  const email = fields.traits?.email ?? fields['traits.email'] ?? '';
  if (!email.includes('@')) throw refusal(4000001, `"${email}" is not valid "email"`);
  if (fields.password.length < SHORTEST_PASSWORD) {
    throw refusal(4000032, `The password must be at least ${SHORTEST_PASSWORD} characters long.`);
  }
  return email;
}

function create(site: Site, identity: IdentityRow, password: string): void {
  if (identityByEmail(site.records, identity.traits.email) !== undefined) {
    throw refusal(4000007, 'An account with the same identifier (email, phone, username, ...) exists already.');
  }
  site.records.identities.set(identity.id, identity);
  site.records.passwords.set(identity.id, password);
}

function refusal(id: number, text: string): FlowRefusal {
  return new FlowRefusal([{ id, text, type: 'error' }]);
}

/** The answer shows the identity as it was before the hooks; whoami shows their changes. */
function signIn({ site, request, reply, client }: Submission, identity: IdentityRow, location: string): FastifyReply {
  const session = newSession(identity.id, 'password', request.headers['user-agent'] ?? '');
  storeSession(site, session);
  const body = { session: sessionJson(site, session, identity), identity: identityJson(site, identity) };
  if (client === 'api') {
    const continueWith = [{ action: 'set_ory_session_token', ory_session_token: session.token }];
    return reply.send({ session_token: session.token, ...body, continue_with: continueWith });
  }
  setSessionCookie(site, reply, session);
  if (client === 'html') return reply.redirect(location, 303);
  const continueWith = [{ action: 'redirect_browser_to', redirect_browser_to: location }];
  return reply.send({ ...body, continue_with: continueWith });
}

function withoutSession({ site, reply, client }: Submission, identity: IdentityRow, location: string): FastifyReply {
  if (client === 'html') return reply.redirect(location, 303);
  return reply.send({ identity: identityJson(site, identity), continue_with: null });
}
