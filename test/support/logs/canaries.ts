/**
 * One canary per class of data that must not be in a log line (docs/design.md#logs). The services of the tests are built
 * with these values, so that a leak is found. This file imports nothing, so that every suite can use it.
 */
export const CANARIES = {
  webhookSecret: 'canary-of-the-webhook-secret',
  callbackSecret: 'canary-of-the-callback-secret',
  handoverSecret: 'canary-of-the-handover-secret',
  decisionSecret: 'canary-of-the-decision-secret',
  addressToken: 'canary-of-the-address-token',
  apiKey: 'canary-of-the-api-key',
  clientSecret: 'canary-of-the-client-secret',
  bearerToken: 'canary-of-the-bearer-token',
  link: 'canary-of-the-hosted-link',
  sdkToken: 'canary-of-the-sdk-token',
  transactionToken: 'canary-of-the-transaction-token',
  email: 'canary-of-the-email@example.com',
  cookie: 'canary-of-the-cookie',
  sessionToken: 'canary-of-the-session-token',
  /** Inside an ID token in base64, as every claim is. */
  idToken: 'canary-of-the-id-token',
  trait: 'canary-of-a-trait',
  query: 'canary-of-a-query',
  body: 'canary-of-a-body',
} as const;

/** The URL of a hosted page of Jumio: the whole of it is a secret. */
export const HOSTED_PAGE = 'https://acme.web.emea-1.jumio.ai/web/v4/app';

export const HOSTED_LINK = `${HOSTED_PAGE}?authorizationToken=${CANARIES.link}&locale=en`;

/** A one-time link: its token is random and cannot be planted, but its form is recognized. */
const ANY_ONE_TIME_LINK = /\/jumio\/enter\?[^"\s]+/g;

/** Any text that begins so is a canary, whichever suite planted it. */
const ANY_CANARY = /canary-of-[\w-]+/g;

/** Base64 of a text after so many other bytes, without the groups shared with the bytes around it. */
function insideBase64(canary: string, offset: number): string {
  const encoded = Buffer.from('-'.repeat(offset) + canary).toString('base64');
  return encoded.slice(offset === 0 ? 0 : 4, -4);
}

/** The encodings of a canary: in a URL, in a hex dump, or in a longer text that was encoded as a whole. */
function encodingsOf(canary: string): string[] {
  const hex = Buffer.from(canary).toString('hex');
  return [encodeURIComponent(canary), hex, ...[0, 1, 2].map((offset) => insideBase64(canary, offset))];
}

/** The canaries in a text, plain or encoded; each once. @param more further ones, which are looked for encoded too */
export function findCanaries(text: string, more: readonly string[] = []): string[] {
  const plain = [...(text.match(ANY_CANARY) ?? []), ...(text.match(ANY_ONE_TIME_LINK) ?? [])];
  const values: readonly string[] = [...Object.values(CANARIES), ...more];
  const hidden = values.filter((canary) => encodingsOf(canary).some((disguise) => text.includes(disguise)));
  return [...new Set([...plain, ...hidden, ...(text.includes(HOSTED_PAGE) ? [HOSTED_PAGE] : [])])];
}
