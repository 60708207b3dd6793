import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type DestinationStream, type Logger, pino } from 'pino';

/** An error as it may be logged: its message only where it is ours; other people's messages can carry anything. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const frames = error.stack?.split('\n').filter((line) => line.trimStart().startsWith('at '));
  return { type: error.name, ...code, stack: frames?.slice(0, 8).join('\n') };
}

/** The route, never the URL: a query can carry anything. */
function requestFields(request: FastifyRequest): object {
  return { method: request.method, route: request.routeOptions?.url ?? 'unknown' };
}

/** Allow-list serializers: what is not named here is not logged (design §5). */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, serializers: { err: errorFields, error: errorFields, req: requestFields } };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** One line per request, when it is done. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = { req: request, status: reply.statusCode, ms: Math.round(reply.elapsedTime) };
    if (error) reply.log.error({ ...line, err: error }, 'request errored');
    else reply.log.info(line, 'request');
  }

  override routeNotFound(): void {}
}
