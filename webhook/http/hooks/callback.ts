import rawBody from '@fastify/raw-body';
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Context, Worker } from '../../verification/context.ts';
import { handleCallback, readReference } from '../../verification/execution/index.ts';
import { isSignatureOf } from '../authenticity.ts';
import { answerError } from '../errors.ts';
import { sendProblem } from '../problems.ts';
import { callbackBody, referenceBody } from '../schemas.ts';
import { logRefusal } from './doctor-probe.ts';

/** Jumio's callbacks are under 1 kB (docs/reference/webhook-receiving.md#b3-size-and-parser-limits). */
const BODY_LIMIT = 64 * 1024;

/** Options of `POST /jumio/callback`. */
export interface CallbackOptions {
  readonly ctx: Context;
  readonly worker: Worker;
  /** `JUMIO_CALLBACK_SECRET`. */
  readonly secrets: readonly string[];
}

function unauthorized(request: FastifyRequest, reply: FastifyReply, seen: string): FastifyReply {
  logRefusal(request, { seen }, 'callback rejected: no valid signature, and no reference of this service');
  return sendProblem(reply, 'not-authentic');
}

function unreadable(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, 'bad-callback');
}

function bytesOf(request: FastifyRequest): Buffer | undefined {
  return Buffer.isBuffer(request.rawBody) && request.rawBody.length > 0 ? request.rawBody : undefined;
}

function isUtf8(bytes: Buffer): boolean {
  try {
    new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    return true;
  } catch {
    return false;
  }
}

/**
 * `POST /jumio/callback` (docs/design.md#callback). A callback is authentic with a valid signature over its exact bytes
 * or, if it has no signature header, with our signed reference. Answers 200 once the read request is durable, never before.
 */
export async function callbackRoute(app: FastifyInstance, options: CallbackOptions): Promise<void> {
  const { ctx, worker, secrets } = options;
  const forged: typeof unauthorized = (request, reply, seen) => {
    ctx.observer?.callback('forged');
    return unauthorized(request, reply, seen);
  };
  // The plugin has a JSON parser of its own; the framework's (text/plain) would otherwise accept other types.
  app.removeAllContentTypeParsers();
  await app.register(rawBody, { global: false, encoding: false, runFirst: true });
  app.setErrorHandler((error: FastifyError, request, reply) => {
    if (error.statusCode !== 400) return answerError(error, request, reply);
    return bytesOf(request) === undefined ? unauthorized(request, reply, 'no body') : unreadable(reply);
  });

  const routeOptions = { config: { rawBody: true }, bodyLimit: BODY_LIMIT };
  app.post('/jumio/callback', routeOptions, async (request, reply) => {
    const bytes = bytesOf(request);
    if (bytes === undefined) return unauthorized(request, reply, 'no body');
    const signature = request.headers['x-jumio-signature'];
    const isSigned = signature !== undefined;
    if (isSigned && !isSignatureOf(bytes, String(signature), secrets)) return forged(request, reply, 'signature');
    if (!isUtf8(bytes)) return unreadable(reply);
    const reference = referenceBody.safeParse(request.body).data?.userReference;
    const { references } = await ctx.ledger.keys.ring(ctx.clock.now());
    const verificationId = reference === undefined ? undefined : readReference(references.accepted, reference);
    if (!isSigned && verificationId === undefined) return forged(request, reply, 'reference');
    const body = callbackBody.safeParse(request.body);
    if (!body.success) return unreadable(reply);
    const { id: executionId, status: claimed } = body.data.workflowExecution;
    const known = verificationId === undefined ? {} : { verificationId };
    const result = await handleCallback(ctx, worker, { ...known, executionId, claimed });
    ctx.observer?.callback(result);
    if (result === 'unknown') request.log.warn({ execution: executionId }, 'callback for an unknown execution');
    return reply.code(200).send();
  });
}
