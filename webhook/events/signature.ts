import { createHmac } from 'node:crypto';

/** The headers that sign a message, by Standard Webhooks 1.0.0. */
export interface SignatureHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/** What is signed: the same id and body at every try, and the time of this one. */
export interface Signed {
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly body: string;
}

/**
 * Returns the headers of one try. Each secret gives a signature, so that a receiver that knows either accepts it while they are
 * rotated. @param secrets the bytes behind `whsec_`
 */
export function signatureHeaders({ id, at, body }: Signed, secrets: readonly Buffer[]): SignatureHeaders {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map((secret) => {
    const mac = createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64');
    return `v1,${mac}`;
  });
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}

/** The id of a message: the same on every try, by every replica and of every replay. It has no dot, which separates what is signed. */
export function messageId(identityId: string, version: number): string {
  return `msg_${identityId.replaceAll('-', '')}_${version}`;
}
