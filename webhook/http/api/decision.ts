import type { FastifyInstance, FastifyReply } from 'fastify';
import type { KratosIdentity } from '../../kratos/types.ts';
import type { Context } from '../../verification/context.ts';
import { type ApiDecision, type ApiSubject, decideForApi } from '../../verification/gate/index.ts';
import { readPublishedCopy } from '../../verification/record/index.ts';
import { type IsSecret, requireBearer } from '../authenticity.ts';
import { sendBadBody, sendProblem } from '../problems.ts';
import { createRefusalLimit, type LimitsOptions } from '../rate-limit.ts';
import { authenticate } from '../session.ts';
import type { Sessions } from '../whoami.ts';
import { decisionBody, mistakesIn } from './bodies.ts';

/** After this many milliseconds the published copy decides alone. */
const READ_TIMEOUT_MS = 500;

/** Options of `GET /jumio/authorize`. */
export interface AuthorizeOptions extends LimitsOptions {
  readonly ctx: Context;
  readonly sessions: Sessions;
}

/** Without an answer of Kratos the request is refused, whatever ON_FAILURE is: ON_FAILURE applies to known people. */
const KRATOS_DOWN: DecisionAnswer = {
  allow: false,
  verified: false,
  sign_in: 'block',
  status: 'unknown',
  status_age: null,
  rule: null,
};

/** All that a request has, so that the gate decides about the same identity that the application sees. */
const CREDENTIALS = 'all';

function sendNoSession(reply: FastifyReply, detail: string): FastifyReply {
  reply.headers({ 'cache-control': 'no-store', 'www-authenticate': 'Session' });
  return sendProblem(reply, 'no-session', { detail });
}

async function answerForIdentity(ctx: Context, identity: KratosIdentity, reply: FastifyReply): Promise<FastifyReply> {
  const { id: identityId, metadataPublic, schemaId, createdAt: kratosCreatedAt } = identity;
  const copy = readPublishedCopy({ metadata_public: metadataPublic });
  reply.header('x-identity-id', identityId);
  return decide(ctx, { identityId, copy, schemaId, kratosCreatedAt }, reply);
}

/**
 * `GET /jumio/authorize`: the decision about the session of a request, for proxies that ask before each request
 * (nginx `auth_request`, Traefik and Caddy `forward_auth`). The credentials go to Kratos' whoami and nowhere else. Only
 * requests that are answered 401 count for the limit: one that a person with a session may meet would stop an application.
 */
export async function authorizeRoute(app: FastifyInstance, options: AuthorizeOptions): Promise<void> {
  const { ctx, sessions } = options;
  const refusals = await createRefusalLimit(app, CREDENTIALS, options);
  const noSession = async (reply: FastifyReply, detail: string): Promise<FastifyReply> => {
    await refusals.count(reply.request, reply);
    return sendNoSession(reply, detail);
  };

  app.get('/jumio/authorize', { onRequest: refusals.check }, async (request, reply) => {
    const sender = await authenticate(request, reply, { kratos: sessions, credentials: CREDENTIALS });
    switch (sender.kind) {
      case 'kratos-down':
        return sendDecision(reply, KRATOS_DOWN);
      case 'no-session':
        return noSession(reply, 'sign in at Kratos first');
      case 'second-factor':
        return noSession(reply, 'Kratos asks for a second factor first');
      case 'person':
        if (sender.identity === undefined) return noSession(reply, 'sign in at Kratos first');
        return answerForIdentity(ctx, sender.identity, reply);
      default:
        return sender satisfies never;
    }
  });
}

/** Options of `POST /jumio/decision`. */
export interface DecisionOptions {
  readonly ctx: Context;
  readonly isSecret: IsSecret;
}

function unauthorized(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'wrong-secret', { detail: 'the bearer token must be DECISION_SECRET' });
}

/**
 * `POST /jumio/decision`: the decision about an identity, for APIs and for Ory Oathkeeper's `remote_json`. The
 * caller has authenticated the identity itself. 200, 403, or 404 for an unknown one; reads the ledger, calls no upstream and writes nothing.
 */
export async function decisionRoute(app: FastifyInstance, { ctx, isSecret }: DecisionOptions): Promise<void> {
  app.addHook('onRequest', requireBearer(isSecret, unauthorized));

  app.post('/jumio/decision', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const body = decisionBody.safeParse(request.body);
    if (!body.success) return sendBadBody(reply, mistakesIn(body.error));
    return decide(ctx, { identityId: body.data.identityId, copy: readPublishedCopy(body.data) }, reply);
  });
}

/** The body of a decision (docs/decision-endpoints.md). */
export interface DecisionAnswer {
  readonly allow: boolean;
  /** Whether the person is verified, whatever the rules allow. */
  readonly verified: boolean;
  /** What the gate answers a login of the person now. */
  readonly sign_in: ApiDecision['signIn'];
  readonly status: string;
  /** Seconds since the verdict, else since the status last changed; null: not known. */
  readonly status_age: number | null;
  /** The rule for APIs that decided: its name, else its place in the policy from 0; null: no rule applied. */
  readonly rule: string | number | null;
  /** Only in shadow mode: the rules for APIs would have blocked. */
  readonly would_block?: true;
}

function decisionAnswer(decision: ApiDecision, now: number): DecisionAnswer {
  const { allow, verified, signIn, status, since, rule, wouldBlock } = decision;
  return {
    allow,
    verified,
    sign_in: signIn,
    status,
    status_age: since === null ? null : Math.max(0, Math.floor((now - since) / 1000)),
    rule: rule === null ? null : (rule.name ?? rule.index),
    ...(wouldBlock ? { would_block: true } : {}),
  };
}

async function decide(ctx: Context, subject: ApiSubject, reply: FastifyReply): Promise<FastifyReply> {
  const decision = await decideForApi(ctx, subject, READ_TIMEOUT_MS);
  return decision === 'unknown-identity'
    ? sendUnknownIdentity(reply)
    : sendDecision(reply, decisionAnswer(decision, ctx.clock.now()));
}

function sendUnknownIdentity(reply: FastifyReply): FastifyReply {
  const detail =
    'neither the ledger nor the request knows it; a caller with its session sends its metadata_public along';
  return sendProblem(reply.header('cache-control', 'no-store'), 'unknown-identity', { detail });
}

/** 200 or 403, with the same facts in headers for proxies that read nothing else. Never cached. */
function sendDecision(reply: FastifyReply, answer: DecisionAnswer): FastifyReply {
  const age = answer.status_age === null ? {} : { 'x-verification-age': String(answer.status_age) };
  const headers = { 'cache-control': 'no-store', 'x-verification-status': answer.status, ...age };
  return reply
    .code(answer.allow ? 200 : 403)
    .headers(headers)
    .send(answer);
}
