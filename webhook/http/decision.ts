import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { Credentials, KratosIdentity, Whoami } from '../kratos/types.ts';
import type { Context } from '../verification/context.ts';
import { checkGate, type GateCheck } from '../verification/gate/index.ts';
import { readPublishedCopy } from '../verification/record/index.ts';
import { type IsSecret, requireBearer } from './authenticity.ts';
import { sendBadField, sendProblem } from './errors.ts';
import { decisionBody, NIL_UUID } from './schemas.ts';
import { bearerOf, sessionTokenOf } from './session.ts';

const READ_WITHIN_MS = 500;

export interface AuthorizeOptions {
  readonly ctx: Context;
}

/**
 * Only what Kratos itself can check, as it came: which of several counts is Kratos' to say (docs/reference/kratos.md#9-sessions-and-redirects), so that we judge
 * whom the application behind us will be told of. Whatever else a client says of who it is does not count.
 */
function credentialsOf({ headers }: FastifyRequest): Credentials {
  const { cookie, authorization } = headers;
  const sessionToken = sessionTokenOf(headers);
  return {
    ...(cookie && { cookie }),
    ...(sessionToken && { sessionToken }),
    ...(bearerOf(headers) && authorization && { authorization }),
  };
}

async function whoIs(ctx: Context, request: FastifyRequest): Promise<Whoami | 'kratos-down'> {
  const credentials = credentialsOf(request);
  if (Object.keys(credentials).length === 0) return { kind: 'none' };
  try {
    return await ctx.kratos.whoami(credentials);
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return 'kratos-down';
  }
}

/** Who it is cannot be asked: nobody comes in, whatever ON_FAILURE says, which is about people whom we know. */
const UNASKED: VerdictAnswer = { allow: false, status: 'unknown', status_age: null, rule: null };

function noSession(reply: FastifyReply, detail: string): FastifyReply {
  reply.headers({ 'cache-control': 'no-store', 'www-authenticate': 'Session' });
  return sendProblem(reply, { status: 401, title: 'There is no session', detail });
}

async function answerFor(ctx: Context, identity: KratosIdentity, reply: FastifyReply): Promise<FastifyReply> {
  const { id: identityId, metadataPublic, schemaId, createdAt: kratosCreatedAt } = identity;
  const copy = readPublishedCopy({ metadata_public: metadataPublic });
  const judgement = await checkGate(ctx, { identityId, copy, schemaId, kratosCreatedAt }, READ_WITHIN_MS);
  return sendVerdict(reply.header('x-identity-id', identityId), verdictAnswer(judgement, ctx.clock.now()));
}

/**
 * `GET /jumio/authorize`: what the gate says of whoever has this session, for proxies that ask before each request
 * (nginx `auth_request`, Traefik and Caddy `forward_auth`). The credentials go to Kratos' whoami and nowhere else.
 */
export async function authorize(app: FastifyInstance, { ctx }: AuthorizeOptions): Promise<void> {
  app.get('/jumio/authorize', async (request, reply) => {
    const who = await whoIs(ctx, request);
    if (who === 'kratos-down') return sendVerdict(reply, UNASKED);
    switch (who.kind) {
      case 'none':
        return noSession(reply, 'sign in at Kratos first');
      case 'second-factor':
        return noSession(reply, 'Kratos asks for a second factor first');
      case 'session':
        return answerFor(ctx, who.identity, reply);
      default:
        return who satisfies never;
    }
  });
}

export interface DecisionOptions {
  readonly ctx: Context;
  readonly isSecret: IsSecret;
}

function unauthorized(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, { status: 401, title: 'The bearer token is missing or is not DECISION_SECRET' });
}

/**
 * `POST /jumio/decision`: what the gate says of an identity, for APIs and for Ory Oathkeeper's `remote_json`. Whoever
 * holds the secret vouches for the identity. 200 or 403; reads the ledger, calls nobody and writes nothing.
 */
export async function decision(app: FastifyInstance, { ctx, isSecret }: DecisionOptions): Promise<void> {
  app.addHook('onRequest', requireBearer(isSecret, unauthorized));

  app.post('/jumio/decision', { bodyLimit: 16 * 1024 }, async (request, reply) => {
    const body = decisionBody.safeParse(request.body);
    const identityId = body.data?.kratos_identity_id ?? body.data?.subject;
    if (identityId === undefined || identityId === NIL_UUID) {
      const detail = 'kratos_identity_id, or subject, must be the UUID of an identity';
      return sendBadField(reply, 'kratos_identity_id', detail);
    }
    const judgement = await checkGate(ctx, { identityId, copy: readPublishedCopy(body.data ?? {}) }, READ_WITHIN_MS);
    return sendVerdict(reply, verdictAnswer(judgement, ctx.clock.now()));
  });
}

/** What an API or a proxy is told (docs/decision-endpoints.md). */
export interface VerdictAnswer {
  readonly allow: boolean;
  readonly status: string;
  /** Seconds since the verdict, else since the status last changed; null: not known. */
  readonly status_age: number | null;
  /** The rule that decided: its name, else its place in the policy from 0; null: none could be asked. */
  readonly rule: string | number | null;
  /** Only in shadow mode: the policy would have blocked. */
  readonly would_block?: true;
}

function ageOf({ since }: GateCheck, now: number): number | null {
  return since === null ? null : Math.max(0, Math.floor((now - since) / 1000));
}

export function verdictAnswer(judgement: GateCheck, now: number): VerdictAnswer {
  const { verdict, answer, decision } = judgement;
  return {
    allow: answer === 'allow',
    status: verdict.status,
    status_age: ageOf(judgement, now),
    rule: verdict.rule === null ? null : (verdict.rule.name ?? verdict.rule.index),
    ...(answer === 'allow' && decision !== 'allow' ? { would_block: true } : {}),
  };
}

/** 200 or 403, with the same in headers for proxies that read nothing else. Nothing keeps it. */
export function sendVerdict(reply: FastifyReply, answer: VerdictAnswer): FastifyReply {
  const age = answer.status_age === null ? {} : { 'x-verification-age': String(answer.status_age) };
  const headers = { 'cache-control': 'no-store', 'x-verification-status': answer.status, ...age };
  return reply
    .code(answer.allow ? 200 : 403)
    .headers(headers)
    .send(answer);
}
