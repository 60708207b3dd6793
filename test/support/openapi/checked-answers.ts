import { appendFileSync } from 'node:fs';
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from 'fastify';
import { PROBLEMS } from '../../../webhook/http/problems.ts';
import { ANSWERS } from './answers.ts';
import { type Operation, PATHS, WEBHOOKS } from './operations.ts';

const OPERATIONS: readonly { readonly operation: Operation; readonly pattern: RegExp }[] = [...PATHS, ...WEBHOOKS].map(
  (operation) => {
    const path = operation.path.replaceAll('.', String.raw`\.`).replaceAll(/\{\w+\}/g, '[^/]+');
    return { operation, pattern: new RegExp(`^${operation.method} ${path}$`) };
  },
);

function operationOf(method: string, path: string): Operation | undefined {
  return OPERATIONS.find(({ pattern }) => pattern.test(`${method} ${path}`))?.operation;
}

/** An answer as far as the description speaks of it. */
interface Answer {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

/** Their pages, redirects and empty answers to a prefetch are for browsers: the description says nothing of them. */
const WITH_PAGES: ReadonlySet<string> = new Set(['/jumio/status', '/jumio/verify']);

function isForBrowser({ path }: Operation, { headers, body }: Answer): boolean {
  return WITH_PAGES.has(path) && (body === '' || String(headers['content-type']).startsWith('text/html'));
}

function differenceOf({ answers, problems }: Operation, { statusCode, headers, body }: Answer): string | undefined {
  const name = answers[statusCode];
  if (name === null) return body === '' ? undefined : 'has a body';
  if (String(headers['content-type']).startsWith('application/problem+json')) {
    const { data, error } = ANSWERS.Problem.safeParse(JSON.parse(body));
    if (error !== undefined) return `is no problem of ours: ${error.message}`;
    const code = problems.find((one) => one === data.code);
    return code !== undefined && PROBLEMS[code].status === statusCode ? undefined : `has the code ${data.code}`;
  }
  if (name === undefined) return 'has a status that is not described';
  const { error } = ANSWERS[name].safeParse(JSON.parse(body));
  return error === undefined ? undefined : `is no ${name}: ${error.message}`;
}

/** Names a file that gets each operation and status that a test has seen; set by `run/seen-answers.ts`. */
export const SEEN_VARIABLE = 'SEEN_ANSWERS';

const noted = new Set<string>();

/** The files of a worker share this module, so each pair is written once for each worker. */
function noteSeen(operation: string, status: number): void {
  const line = `${operation} ${status}\n`;
  const file = process.env[SEEN_VARIABLE];
  if (file === undefined || noted.has(line)) return;
  noted.add(line);
  appendFileSync(file, line);
}

/**
 * Throws if an answer is not as docs/schemas/openapi.json describes it. A request that it does not describe passes.
 * @returns the operation; undefined where the description says nothing
 */
export function checkAnswer(method: string, url: string, answer: Answer): string | undefined {
  const [path = ''] = url.split('?', 1);
  const operation = operationOf(method, path);
  if (operation === undefined || isForBrowser(operation, answer)) return undefined;
  const difference = differenceOf(operation, answer);
  if (difference) throw new Error(`${method} ${path} answered ${answer.statusCode}, which ${difference}`);
  return operation.id;
}

/** Lets `app.inject` check every answer that a test gets. */
export function checkAnswersOf(app: FastifyInstance): void {
  const inject = app.inject.bind(app);
  Reflect.set(app, 'inject', async (options: InjectOptions | string): Promise<LightMyRequestResponse> => {
    const answer = await inject(options);
    const { method = 'GET', url, path = url } = typeof options === 'string' ? { url: options } : options;
    const operation = typeof path === 'string' ? checkAnswer(method.toUpperCase(), path, answer) : undefined;
    // Only answers of a service count, and none that a test of this check has invented.
    if (operation !== undefined) noteSeen(operation, answer.statusCode);
    return answer;
  });
}
