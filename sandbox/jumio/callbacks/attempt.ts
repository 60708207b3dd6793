import { timestamp } from '../clock.ts';
import type { Sandbox } from '../sandbox.ts';
import type { CallbackRecord } from './record.ts';

export interface Content {
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends a callback once and writes down how it was answered. Only 200 counts as taken (jumio.md §6.5). Never rejects. */
export async function attempt(sandbox: Sandbox, record: CallbackRecord, content: Content): Promise<void> {
  if (record.url === null) {
    record.state = 'no-url';
    return;
  }
  record.state = 'sending';
  record.sentAt = timestamp(sandbox.clock.now());
  record.attempts += 1;
  const answer = await post(sandbox, record.url, content);
  record.answerStatus = answer?.status ?? null;
  record.answerBody = answer?.body ?? null;
  record.state = answer === undefined ? 'unanswered' : answer.status === 200 ? 'delivered' : 'refused';
}

/** Redirects are not followed: whether Jumio does is undocumented. Undefined when no whole answer came in time. */
async function post(
  { epoch, settings }: Sandbox,
  url: string,
  { text, headers }: Content,
): Promise<{ status: number; body: string } | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'user-agent': 'jumio-sandbox', ...headers },
      body: text,
      redirect: 'manual',
      signal: AbortSignal.any([epoch.signal, AbortSignal.timeout(settings.callbackTimeoutMs)]),
    });
    return { status: response.status, body: (await response.text()).slice(0, 2000) };
  } catch {
    return undefined;
  }
}
