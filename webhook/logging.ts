import { type FastifyReply, type FastifyRequest, LogController } from 'fastify';
import { type DestinationStream, type Logger, type LoggerOptions, pino } from 'pino';
import { LedgerUnavailable, UpstreamError } from './errors.ts';

/** A line of a stack: `at name (file:line:column)`; no line of a message that is similar. */
const FRAME = /^ {4}at (?:[\w.<>#[\] ]+ \()?(?:node:|file:\/\/|\/|[A-Z]:\\)[^()]*:\d+:\d+\)?$/;

/** The stack without its message: places in the code, and no data. */
function frames(stack: string | undefined, message = ''): string | undefined {
  const lines = stack?.slice(stack.indexOf(message) + message.length).split('\n');
  return lines
    ?.filter((line) => FRAME.test(line))
    .slice(0, 8)
    .join('\n');
}

/** The fields of an error that may be logged: its message only if the error is ours, because any other may quote data. */
function errorFields(error: unknown): object {
  if (!(error instanceof Error)) return { type: typeof error };
  const isOurs = error instanceof UpstreamError || error instanceof LedgerUnavailable;
  const code = 'code' in error && typeof error.code === 'string' ? { code: error.code } : {};
  const message = isOurs ? { message: error.message } : {};
  return { type: error.name, ...message, ...code, stack: frames(error.stack, error.message) };
}

/** The route, never the URL: a query may hold secrets. */
function requestFields({ method, routeOptions }: Pick<FastifyRequest, 'method' | 'routeOptions'>): object {
  return { method, route: routeOptions?.url ?? 'unknown' };
}

function replyFields(reply: { readonly statusCode?: number }): object {
  return { status: reply.statusCode };
}

/** Every field that a log line may have beside its text (docs/design.md#logs); any other is dropped. */
const FIELDS: ReadonlySet<string> = new Set([
  'client',
  'endpoint',
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
    // A line without a text would get the error's message.
    logMethod(args, method) {
      const [first, ...others] = args;
      if (typeof first === 'object' && others.length === 0) method.call(this, first, 'no text');
      else method.apply(this, args);
    },
  },
};

/** Returns a logger by allow-list, with lines of JSON: fields, serializers and texts are all ours (docs/design.md#logs). */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { ...OPTIONS, level };
  return destination === undefined ? pino(options) : pino(options, destination);
}

/** Is told of each answer: its status, and the milliseconds since the request arrived. */
export type ObserveAnswer = (request: FastifyRequest, route: RouteOptions, status: number, ms: number) => void;

/** The route of a request. */
export type RouteOptions = FastifyRequest['routeOptions'];

/** Logs one line per request, when it is answered, and tells whoever counts them: a hook of its own would cost the gate 5 %. */
export class RequestLog extends LogController {
  readonly #observe: ObserveAnswer | undefined;

  constructor(observe?: ObserveAnswer) {
    super();
    this.#observe = observe;
  }

  override incomingRequest(): void {}

  override requestCompleted(error: Error | null | undefined, request: FastifyRequest, reply: FastifyReply): void {
    const ms = reply.elapsedTime;
    // Once: the framework makes an object of it at each look.
    const { method, routeOptions } = request;
    this.#observe?.(request, routeOptions, reply.statusCode, ms);
    const line = { req: { method, routeOptions }, status: reply.statusCode, ms: Math.round(ms * 10) / 10 };
    if (error) reply.log.error({ ...line, err: error }, 'request errored');
    else reply.log.info(line, 'request');
  }

  override routeNotFound(): void {}

  // The framework's own line would have the error's message as its text.
  override defaultErrorLog(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    reply.log.error({ req: request, err: error }, 'unhandled error of a request');
  }

  override writeHeadError(error: Error, request: FastifyRequest, reply: FastifyReply): void {
    reply.log.warn({ req: request, err: error }, 'could not write the head of an answer');
  }
}
