import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { LedgerUnavailable, UpstreamError } from './errors.ts';

/** A line of a stack: `at name (file:line:column)`, and no line of a message that only looks like one. */
const FRAME = /^ {4}at (?:[\w.<>#[\] ]+ \()?(?:node:|file:\/\/|\/|[A-Z]:\\)[^()]*:\d+:\d+\)?$/;

/** The stack without its message: where the code was, and nothing of what it held. */
function frames(stack: string | undefined, message = ''): string | undefined {
  const below = stack?.slice(stack.indexOf(message) + message.length).split('\n');
  return below
    ?.filter((line) => FRAME.test(line))
    .slice(0, 8)
    .join('\n');
}

/** An error as it may be logged: its message only where it is ours; other people's messages can carry anything. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const isOurs = error instanceof UpstreamError || error instanceof LedgerUnavailable;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const message = isOurs ? { message: error.message } : {};
  return { type: error.name, ...message, ...code, stack: frames(error.stack, error.message) };
}

/** The route, never the URL: a query can carry anything. */
function requestFields(request: FastifyRequest): object {
  return { method: request.method, route: request.routeOptions?.url ?? 'unknown' };
}

function replyFields(reply: { readonly statusCode?: number }): object {
  return { status: reply.statusCode };
}

/** Every field that a line may have besides its text (docs/design.md#logs); what is not named here is not logged. */
const FIELDS: ReadonlySet<string> = new Set([
  'err',
  'execution',
  'field',
  'identity',
  'ledger',
  'ms',
  'req',
  'res',
  'rule',
  'seen',
  'signal',
  'stack',
  'status',
  'upstream',
]);

function allowed(fields: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([name]) => FIELDS.has(name)));
}

const OPTIONS: LoggerOptions = {
  base: null,
  serializers: { err: errorFields, req: requestFields, res: replyFields, stack: frames },
  formatters: { log: allowed },
  hooks: {
    // Without a text of its own a line would get the error's.
    logMethod(args, method) {
      const [first, ...others] = args;
      if (typeof first === 'object' && others.length === 0) method.call(this, first, 'no text');
      else method.apply(this, args);
    },
  },
};

/** Logs by allow-list, as lines of JSON: fields, serializers and texts are all ours (docs/design.md#logs). */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { ...OPTIONS, level };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** One line per request, when it is done. */
export class RequestLog extends LogController {
  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const line = { req: request, status: reply.statusCode, ms: Math.round(reply.elapsedTime * 10) / 10 };
    if (error) reply.log.error({ ...line, err: error }, 'request errored');
    else reply.log.info(line, 'request');
  }

  override routeNotFound(): void {}

  // The framework's own lines take the error's message as their text.
  override defaultErrorLog(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    reply.log.error({ req: request, err: error }, 'an error that nobody answered');
  }

  override writeHeadError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    reply.log.warn({ req: request, err: error }, 'the head of an answer could not be written');
  }
}
