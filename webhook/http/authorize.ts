import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { Credentials, KratosIdentity, Whoami } from '../kratos/client.ts';
import type { Desk } from '../verification/desk.ts';
import { judge } from '../verification/judgement.ts';
import { readCopy } from '../verification/published-copy.ts';
import { sendProblem } from './problem.ts';
import { bearerOf, sessionTokenOf } from './session-token.ts';
import { sendVerdict, type VerdictAnswer, verdictAnswer } from './verdict-answer.ts';

const READ_WITHIN_MS = 500;

export interface AuthorizeOptions {
  readonly desk: Desk;
}

/**
 * Only what Kratos itself can check, as it came: which of several counts is Kratos' to say (kratos.md §9), so that we judge
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

async function whoIs(desk: Desk, request: FastifyRequest): Promise<Whoami | 'kratos-down'> {
  const credentials = credentialsOf(request);
  if (Object.keys(credentials).length === 0) return { kind: 'none' };
  try {
    return await desk.kratos.whoami(credentials);
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

async function answerFor(desk: Desk, identity: KratosIdentity, reply: FastifyReply): Promise<FastifyReply> {
  const { id: identityId, metadataPublic, schemaId, createdAt: bornAt } = identity;
  const copy = readCopy({ metadata_public: metadataPublic });
  const judgement = await judge(desk, { identityId, copy, schemaId, bornAt }, READ_WITHIN_MS);
  return sendVerdict(reply.header('x-identity-id', identityId), verdictAnswer(judgement, desk.clock.now()));
}

/**
 * `GET /jumio/authorize`: what the gate says of whoever has this session, for proxies that ask before each request
 * (nginx `auth_request`, Traefik and Caddy `forward_auth`). The credentials go to Kratos' whoami and nowhere else.
 */
export async function authorize(app: FastifyInstance, { desk }: AuthorizeOptions): Promise<void> {
  app.get('/jumio/authorize', async (request, reply) => {
    const who = await whoIs(desk, request);
    if (who === 'kratos-down') return sendVerdict(reply, UNASKED);
    switch (who.kind) {
      case 'none':
        return noSession(reply, 'sign in at Kratos first');
      case 'second-factor':
        return noSession(reply, 'Kratos asks for a second factor first');
      case 'session':
        return answerFor(desk, who.identity, reply);
      default:
        return who satisfies never;
    }
  });
}
