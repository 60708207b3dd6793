import { z } from 'zod';
import { members } from './members.ts';
import type { FactorName } from './model.ts';

/*
 * The document of TRANSACTIONS (docs/payments.md#configuration). The configuration is read before anything else, so
 * this file loads nothing but the parser.
 */

/** Multi-factor, as OpenID names it and as other providers use it. */
const MULTI_FACTOR = 'http://schemas.openid.net/pape/policies/2007/06/multi-factor';

const [SECOND, MINUTE, HOUR, DAY] = [1_000, 60_000, 3_600_000, 86_400_000];

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', SECOND],
  ['m', MINUTE],
  ['h', HOUR],
  ['d', DAY],
]);

/** `90s`, `5m`, `24h` or `400d`, between two of them; the result is in milliseconds. */
function duration(least: string, most: string, byDefault: string) {
  const expected = `a time such as ${byDefault}, from ${least} to ${most}`;
  const ms = (text: string): number => Number(text.slice(0, -1)) * (UNIT_MS.get(text.slice(-1)) ?? 0);
  return z
    .union([z.string(), z.literal(0)], { error: expected })
    .default(byDefault)
    .transform(String)
    .refine((text) => /^(\d{1,6}[smhd]|0)$/.test(text), { error: expected })
    .transform(ms)
    .refine((time) => time >= ms(least) && time <= ms(most), { error: expected });
}

const text = (expected: string, most: number) =>
  z.string({ error: expected }).regex(new RegExp(`^[^\\p{Cc}\\p{Cf}\\p{Zl}\\p{Zp}\\p{Cs}]{1,${most}}$`, 'u'), expected);

const HASH = 'sha256: and the 64 hex digits of the hash of a secret, as `transactions client` prints it';

const secretHash = z
  .string({ error: HASH })
  .regex(/^sha256:[0-9a-f]{64}$/, HASH)
  .transform((value) => Buffer.from(value.slice('sha256:'.length), 'hex'));

const REDIRECT = 'an absolute http or https URL without a fragment and without credentials';

function isRedirect(value: string): boolean {
  if (!URL.canParse(value)) return false;
  const { protocol, username, password, hash, href } = new URL(value);
  return /^https?:$/.test(protocol) && username === '' && password === '' && hash === '' && !href.endsWith('#');
}

const ISSUER = 'the issuer of the hints: an http or https URL without query and fragment';

const FACTORS = ['passkey', 'sms', 'face'] as const satisfies readonly FactorName[];

const FACTOR = `a list of ${FACTORS.join(', ')}, each at most once`;

const client = members({
  /** Shown to the payer. */
  name: text('a name of 1 to 60 characters', 60),
  secret_hashes: z
    .array(secretHash, { error: `one or two of ${HASH}` })
    .min(1, `one or two of ${HASH}`)
    .max(2, `one or two of ${HASH}`),
  redirect_uris: z.array(z.string({ error: REDIRECT }).refine(isRedirect, { error: REDIRECT })).min(1, 'at least one'),
  /** Offered in this order. */
  factors: z
    .array(z.enum(FACTORS, { error: FACTOR }), { error: FACTOR })
    .min(1, FACTOR)
    .refine((names) => new Set(names).size === names.length, { error: FACTOR }),
  hint: members({
    issuer: z.url({ protocol: /^https?$/, error: ISSUER }).refine((value) => !/[?#]/.test(value), { error: ISSUER }),
  }).optional(),
  /** The `acr` of its approvals. */
  acr: text('the value of `acr`, 1 to 200 characters', 200).default(MULTI_FACTOR),
});

/** The id of a client: a part of HTTP Basic, so it has no colon. */
const clientId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'an id of up to 64 letters, digits and . _ -');

const document = members({
  clients: z
    .record(clientId, client, { error: 'clients by their ids' })
    .refine((clients) => Object.keys(clients).length > 0, { error: 'at least one client' }),
  passkey: members({
    rp_id: z.string({ error: 'a host name' }).regex(/^[a-z0-9-]+(\.[a-z0-9-]+)*$/, 'a host name in small letters'),
    passkeys: z.enum(['any', 'device_bound'], { error: 'any or device_bound' }).default('any'),
  }).optional(),
  face: members({
    workflow_key: z.string({ error: 'a workflow key in quotes' }).regex(/^\d+$/, 'digits only'),
  }).optional(),
  max_auth_age: duration('1m', '60m', '5m'),
  cooling_off: duration('0', '30d', '24h'),
  consume_within: duration('1m', '60m', '5m'),
  block: duration('5m', '24h', '30m'),
  retention: duration('30d', '3650d', '400d'),
});

type Parsed = z.infer<typeof document>;

/** The parsed document: times are in milliseconds, hashes are bytes. */
export interface TransactionSettings extends Parsed {}

/** What a factor needs of the document besides. */
const NEEDS: Readonly<Record<FactorName, 'passkey' | 'face' | undefined>> = {
  passkey: 'passkey',
  sms: undefined,
  face: 'face',
};

/** A secret proves one client; with the same one at two it would prove none. */
function sharedSecrets({ clients }: Parsed): string[] {
  const all = Object.entries(clients).flatMap(([id, { secret_hashes: hashes }]) =>
    hashes.map((hash) => ({ id, hash: hash.toString('hex') })),
  );
  const isShared = (one: (typeof all)[number]) => all.some(({ id, hash }) => hash === one.hash && id !== one.id);
  return [...new Set(all.filter(isShared).map(({ id }) => id))];
}

/** The document with what its parts need of each other. */
export const transactionSettings = document.superRefine((parsed, context) => {
  for (const [id, { factors }] of Object.entries(parsed.clients))
    for (const factor of factors) {
      const needed = NEEDS[factor];
      if (needed === undefined || parsed[needed] !== undefined) continue;
      context.addIssue({
        code: 'custom',
        path: [needed],
        message: `the section ${needed}, because ${id} has the factor`,
      });
    }
  for (const id of sharedSecrets(parsed))
    context.addIssue({ code: 'custom', path: ['clients', id, 'secret_hashes'], message: 'secrets of its own' });
});
