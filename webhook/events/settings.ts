import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { hostOf, isAddress, isPublicAddress, namesLoopback } from '../receiver/addresses.ts';
import { EVENT_TYPES, type Subscription } from './model.ts';

/*
 * The document of WEBHOOKS (docs/events.md#configuration). Secrets are in files of their own, so that the document holds none.
 */

/** An object with these members and no other; what is written in their place is not repeated. */
function members<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `no member but ${names}` : `an object with ${names}`),
  });
}

const URL_EXPECTED =
  'an https URL without credentials and without a fragment; http to this machine alone, e.g. http://127.0.0.1:8080/events';

function isReceiverUrl(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, hash } = new URL(value);
  const isSafe = protocol === 'https:' || (protocol === 'http:' && namesLoopback(value));
  return isSafe && username === '' && password === '' && hash === '';
}

const TYPES = `a list of ${EVENT_TYPES.join(', ')}, each at most once`;

const FILES = 'the paths of one to three files, each with one secret; during a rotation the new and the old';

const SECRET = 'a file with whsec_ and the base64 of 24 to 64 random bytes, as `events secret` prints it';

/** Reads a secret. A message names the file and what is wrong, never a byte of it. */
function readSecret(path: string, context: z.RefinementCtx): Buffer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    context.addIssue({ code: 'custom', message: `a file that this process can read, and not ${path}: ${code}` });
    return z.NEVER;
  }
  const [, encoded] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const secret = Buffer.from(encoded ?? '', 'base64');
  if (secret.length < 24 || secret.length > 64 || secret.toString('base64') !== encoded) {
    context.addIssue({ code: 'custom', message: `${SECRET}, and not ${path}` });
    return z.NEVER;
  }
  return secret;
}

const NAME = 'a name of up to 40 small letters, digits, - and _';

const endpoint = members({
  /** In commands and logs; another name is another endpoint, with no history. */
  name: z.string({ error: NAME }).regex(/^[a-z0-9][a-z0-9_-]{0,39}$/, NAME),
  url: z.string({ error: URL_EXPECTED }).refine(isReceiverUrl, { error: URL_EXPECTED }),
  types: z
    .array(z.enum(EVENT_TYPES, { error: TYPES }), { error: TYPES })
    .min(1, TYPES)
    .refine((types) => new Set(types).size === types.length, { error: TYPES })
    .default([...EVENT_TYPES]),
  secret_files: z
    .array(z.string({ error: FILES }).min(1, FILES).transform(readSecret), { error: FILES })
    .min(1, FILES)
    .max(3, FILES),
  allow_private: z.boolean({ error: 'true or false' }).default(false),
});

const document = members({
  endpoints: z.array(endpoint, { error: 'a list of endpoints' }).min(1, 'at least one endpoint').max(50, 'at most 50'),
});

type WebhookDocument = z.infer<typeof document>;

/** An endpoint of the document; `secret_files` are the secrets in them. */
export type EndpointSettings = WebhookDocument['endpoints'][number];

/** The parsed document. */
export interface WebhookSettings extends WebhookDocument {}

/** The document with what its endpoints need of each other. */
export const webhookSettings = document.superRefine(({ endpoints }, context) => {
  endpoints.forEach(({ name, url, allow_private, secret_files }, index) => {
    const report = (member: string, message: string) =>
      context.addIssue({ code: 'custom', path: ['endpoints', index, member], message });
    const others = endpoints.slice(0, index);
    if (others.some((other) => other.name === name)) report('name', 'names that differ');
    // Whoever has the secret of an endpoint could speak for us at the other.
    const known = others.flatMap((other) => other.secret_files);
    const isRepeated = secret_files.some((one, at) =>
      [...known, ...secret_files.slice(0, at)].some((two) => two.equals(one)),
    );
    if (isRepeated) report('secret_files', 'secrets that differ, in each endpoint its own');
    const isPrivate = isAddress(url) && !isPublicAddress(hostOf(url));
    if (isPrivate && !allow_private && !namesLoopback(url))
      report('url', 'an address of the internet, or `allow_private: true` beside it');
    if (namesLoopback(url) && new URL(url).protocol === 'https:' && !allow_private)
      report('url', 'http to this machine, or `allow_private: true` beside it');
  });
});

/** Returns what the ledger must know of an endpoint: never its address or its secrets. */
export function subscriptionOf({ name, url, types, secret_files, allow_private }: EndpointSettings): Subscription {
  const secrets = secret_files.map((secret) => createHash('sha256').update(secret).digest('hex'));
  const facts = JSON.stringify([url, types, allow_private, secrets]);
  return { name, types, fingerprint: createHash('sha256').update(facts).digest('hex').slice(0, 32) };
}
