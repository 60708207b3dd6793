import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import rawBody from 'fastify-raw-body';
import type { Context, Worker } from '../../verification/context.ts';
import { handleCallback, readReference } from '../../verification/execution/index.ts';
import { isSignatureOf } from '../authenticity.ts';
import { answerError, sendProblem } from '../errors.ts';
import { callbackBody, referenceBody } from '../schemas.ts';

/** Jumio's callbacks are under 1 kB (docs/reference/webhook-receiving.md#b3-size-and-parser-limits). */
const BODY_LIMIT = 64 * 1024;

export interface CallbackOptions {
  readonly ctx: Context;
  readonly worker: Worker;
  /** `JUMIO_CALLBACK_SECRET`. */
  readonly secrets: readonly string[];
}

function unauthorized(request: FastifyRequest, reply: FastifyReply, seen: string): FastifyReply {
  request.log.warn({ seen }, 'a callback was refused: neither a right signature nor a reference of ours');
  return sendProblem(reply, { status: 401, title: 'The callback is not authentic' });
}

function unreadable(reply: FastifyReply): FastifyReply {
  return sendProblem(reply, { status: 400, title: 'The callback is not a JSON object as Jumio documents it' });
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
 * `POST /jumio/callback` (docs/design.md#callback). Authentic is what carries a right signature over its exact bytes, or, without
 * a signature header, our signed reference. Answered 200 when the nudge is durable, never before.
 */
export async function callback(app: FastifyInstance, options: CallbackOptions): Promise<void> {
  const { ctx, worker, secrets } = options;
  const { referenceKey } = ctx.ledger;
  // The plugin brings its own JSON parser; what was there before (text/plain) would otherwise pass.
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
    if (isSigned && !isSignatureOf(bytes, String(signature), secrets)) return unauthorized(request, reply, 'signature');
    if (!isUtf8(bytes)) return unreadable(reply);
    const reference = referenceBody.safeParse(request.body).data?.userReference;
    const verificationId = reference === undefined ? undefined : readReference(referenceKey, reference);
    if (!isSigned && verificationId === undefined) return unauthorized(request, reply, 'reference');
    const body = callbackBody.safeParse(request.body);
    if (!body.success) return unreadable(reply);
    const { id: executionId, status: claimed } = body.data.workflowExecution;
    const known = verificationId === undefined ? {} : { verificationId };
    const outcome = await handleCallback(ctx, worker, { ...known, executionId, claimed });
    if (outcome === 'unmatched') request.log.warn({ execution: executionId }, 'a callback for no execution of ours');
    return reply.code(200).send();
  });
}
