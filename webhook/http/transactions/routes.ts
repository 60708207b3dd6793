import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import {
  type ConsumeOutcome,
  cancelTransaction,
  consumeApproval,
  findTransaction,
  type Payment,
  type RecordOutcome,
  recordTransaction,
  type TransactionContext,
  type TransactionView,
} from '../../transactions/index.ts';
import { mistakesIn } from '../api/bodies.ts';
import { sendBadBody, sendProblem } from '../problems.ts';
import { type ConsumedAnswer, recordedAnswer, transactionAnswer } from './answers.ts';
import {
  BAD_REDIRECT_URI,
  consumeBody,
  hintQuery,
  IDEMPOTENCY_KEY,
  idempotencyKey,
  recordBody,
  transactionPath,
} from './bodies.ts';
import { createFindClient, refuseClient } from './client.ts';

const BODY_LIMIT = 16 * 1024;

function unknownTransaction(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'unknown-transaction');
}

function badKey(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'bad-request', { detail: IDEMPOTENCY_KEY });
}

function answerRecorded(reply: FastifyReply, outcome: RecordOutcome, payment: Payment): FastifyReply {
  switch (outcome.kind) {
    case 'made':
      return reply.code(201).send(recordedAnswer(outcome.transaction, payment));
    case 'repeated':
      return reply.send(recordedAnswer(outcome.transaction, payment));
    case 'other-content':
      return sendProblem(reply, 'idempotency-key');
    case 'too-many-open':
      return sendProblem(reply, 'too-many-open');
    default:
      return outcome satisfies never;
  }
}

function answerConsumed(reply: FastifyReply, outcome: ConsumeOutcome): FastifyReply {
  switch (outcome.kind) {
    case 'approval':
      return reply.send({ status: 'consumed', approval: outcome.approval } satisfies ConsumedAnswer);
    case 'unknown':
      return unknownTransaction(reply);
    case 'not-approved':
    case 'ended':
    case 'differs':
    case 'consumed':
      return sendProblem(reply, outcome.kind);
    default:
      return outcome satisfies never;
  }
}

function answerFound(reply: FastifyReply, view: TransactionView | undefined): FastifyReply {
  return view === undefined ? unknownTransaction(reply) : reply.send(transactionAnswer(view));
}

/** The id in the path; undefined: no transaction has one of this shape. */
function idOf(request: FastifyRequest): string | undefined {
  return transactionPath.safeParse(request.params).data?.id.toLowerCase();
}

function keyOf(request: FastifyRequest): z.ZodSafeParseResult<string> {
  return idempotencyKey.safeParse(request.headers['idempotency-key']);
}

/** What an application's back end calls (docs/payments.md): record a payment, ask how it stands, consume or cancel it. */
export async function transactionRoutes(
  app: FastifyInstance,
  { ctx }: { readonly ctx: TransactionContext },
): Promise<void> {
  const findClient = createFindClient(ctx.settings);
  const clients = new WeakMap<FastifyRequest, string>();
  const clientOf = (request: FastifyRequest): string => clients.get(request) ?? '';

  app.addHook('onRequest', async (request, reply) => {
    const client = findClient(request);
    if (client === undefined) return refuseClient(reply);
    clients.set(request, client);
    reply.header('cache-control', 'no-store');
    return undefined;
  });

  app.post('/transactions', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const key = keyOf(request);
    if (!key.success && request.headers['idempotency-key'] !== undefined) return badKey(reply);
    const body = recordBody.safeParse(request.body);
    if (!body.success) return sendBadBody(reply, mistakesIn(body.error));
    const { sub, redirect_uri: redirectUri, reference = null, expires_in: lifetimeS } = body.data;
    const [payment] = body.data.authorization_details;
    const clientId = clientOf(request);
    if (!ctx.settings.clients[clientId]?.redirect_uris.includes(redirectUri))
      return sendBadBody(reply, [BAD_REDIRECT_URI]);
    const once = key.success ? { idempotencyKey: key.data } : null;
    const asked = { clientId, sub, redirectUri, reference, lifetimeS, payment, once };
    return answerRecorded(reply, await recordTransaction(ctx, asked), payment);
  });

  app.get('/transactions', async (request, reply) => {
    const query = hintQuery.safeParse(request.query);
    if (!query.success)
      return sendProblem(reply, 'bad-request', { detail: 'the one query hint_jti: the jti of a hint' });
    return answerFound(reply, await findTransaction(ctx, clientOf(request), { hintJti: query.data.hint_jti }));
  });

  app.get('/transactions/:id', async (request, reply) => {
    const id = idOf(request);
    return answerFound(reply, id === undefined ? undefined : await findTransaction(ctx, clientOf(request), { id }));
  });

  app.post('/transactions/:id/consume', { bodyLimit: BODY_LIMIT }, async (request, reply) => {
    const [id, key] = [idOf(request), keyOf(request)];
    if (id === undefined) return unknownTransaction(reply);
    if (!key.success) return badKey(reply);
    const body = consumeBody.safeParse(request.body);
    if (!body.success) return sendBadBody(reply, mistakesIn(body.error));
    const [payment] = body.data.authorization_details;
    const asked = { clientId: clientOf(request), id, payment, idempotencyKey: key.data };
    return answerConsumed(reply, await consumeApproval(ctx, asked));
  });

  app.delete('/transactions/:id', async (request, reply) => {
    const id = idOf(request);
    const outcome = id === undefined ? 'unknown' : await cancelTransaction(ctx, clientOf(request), id);
    if (outcome === 'unknown') return unknownTransaction(reply);
    return outcome === 'consumed' ? sendProblem(reply, 'consumed') : reply.code(204).send();
  });
}
