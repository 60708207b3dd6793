import { STATUS_CODES } from 'node:http';

/** What a call is answered with. */
export interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * An error in the style of the only error body that Jumio published, the one of 429 (jumio.md §3.7).
 * The bodies of all the others are assumptions. `detail` names fields and never repeats a value.
 */
export function problem(status: number, detail = STATUS_CODES[status] ?? 'Error'): Answer {
  const text = status === 429 ? 'Request limit exceeded' : detail;
  return { status, body: { title: STATUS_CODES[status] ?? 'Error', status, detail: text } };
}
