/**
 * One canary per class of what must never be in a log line (docs/design.md#logs). They are the values that the tests' services
 * are built with, so whatever leaks is found; this file imports nothing, so that every suite can plant them.
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
  /** Inside it, as base64, as every claim is. */
  idToken: 'canary-of-the-id-token',
  trait: 'canary-of-a-trait',
  query: 'canary-of-a-query',
  body: 'canary-of-a-body',
} as const;

/** A hosted page's address as Jumio makes them: the whole of it is a secret. */
export const HOSTED_PAGE = 'https://acme.web.emea-1.jumio.ai/web/v4/app';

export const HOSTED_LINK = `${HOSTED_PAGE}?authorizationToken=${CANARIES.link}&locale=en`;

/** A one-time address: its token is random, so that it cannot be planted; that it is one can be seen. */
const ANY_ADDRESS = /\/jumio\/enter\?[^"\s]+/g;

/** Everything that begins so is a canary, whichever suite planted it. */
const ANY_CANARY = /canary-of-[\w-]+/g;

/** Base64 of a text that stands `behind` so many other bytes; the groups that its neighbours reach into are left out. */
function insideBase64(canary: string, behind: number): string {
  const encoded = Buffer.from('-'.repeat(behind) + canary).toString('base64');
  return encoded.slice(behind === 0 ? 0 : 4, -4);
}

/** As it would look in a URL, in a dump of bytes, or inside a longer text that was encoded as a whole. */
function disguises(canary: string): string[] {
  const hex = Buffer.from(canary).toString('hex');
  return [encodeURIComponent(canary), hex, ...[0, 1, 2].map((behind) => insideBase64(canary, behind))];
}

/** The canaries that a text holds, plain or encoded; each once. */
export function findCanaries(text: string): string[] {
  const plain = [...(text.match(ANY_CANARY) ?? []), ...(text.match(ANY_ADDRESS) ?? [])];
  const values: readonly string[] = Object.values(CANARIES);
  const hidden = values.filter((canary) => disguises(canary).some((disguise) => text.includes(disguise)));
  return [...new Set([...plain, ...hidden, ...(text.includes(HOSTED_PAGE) ? [HOSTED_PAGE] : [])])];
}
