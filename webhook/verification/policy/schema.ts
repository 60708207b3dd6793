import { z } from 'zod';
import { DEFAULT_START_AGAIN } from './eligibility.ts';

export type Path = readonly PropertyKey[];

/** A mistake at one path of the file. */
export interface Mistake {
  readonly path: Path;
  readonly expected: string;
}

/** Returns the mistakes that the schema finds, one for each path. */
export function shapeMistakes({ issues }: z.ZodError): Mistake[] {
  return issues.flatMap((issue): Mistake[] => {
    const path = issue.path;
    if (issue.code === 'unrecognized_keys')
      return issue.keys.map((key) => ({ path: [...path, key], expected: 'a key that policies have (docs/policy.md)' }));
    const isMapping = issue.code === 'invalid_type' && issue.expected === 'object';
    return [{ path, expected: isMapping ? 'keys with values' : issue.message }];
  });
}

const UNIT_MS: ReadonlyMap<string, number> = new Map([
  ['s', 1_000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

function durationMs(text: string): number {
  return Number(text.slice(0, -1)) * (UNIT_MS.get(text.slice(-1)) ?? Number.NaN);
}

const DURATION = 'a number with s, m, h or d behind it, e.g. 12h or 365d';

/** A duration: `12h` in the file, milliseconds in the code. */
function duration(description: string) {
  const text = z.string({ error: DURATION }).regex(/^\d{1,6}[smhd]$/, DURATION);
  return text.transform(durationMs).describe(description);
}

/** A text of one to so many characters, without zod's `min` and `max` (see `NOT_EMPTY` in accepted-text.ts). The published schema states them all the same. */
function textUpTo(most: number, expected: string) {
  const error = `${expected}, of 1 to ${most} characters`;
  const text = z.string({ error: expected }).refine(({ length }) => length >= 1 && length <= most, { error });
  return text.meta({ minLength: 1, maxLength: most });
}

/** A list of at least one, without zod's `min`, for the reason in accepted-text.ts. */
function filled<T extends z.ZodType>(item: T, error: string, ofEmpty = error) {
  const list = z.array(item, { error }).refine(({ length }) => length >= 1, { error: ofEmpty });
  return list.meta({ minItems: 1 });
}

/** One value, or a list of which one must match. */
function oneOrMore<T extends string>(item: z.ZodType<T>, expected: string, description: string) {
  const error = `${expected}, or a list of such`;
  const listed = item.transform((value) => [value]);
  return z.union([listed, filled(item, error)], { error }).describe(description);
}

function anyOf<const T extends readonly [string, ...string[]]>(list: T, description: string) {
  return oneOrMore(z.enum(list), `one of ${list.join(', ')}`, description);
}

const STATUSES = ['none', 'pending', 'processing', 'approved', 'review', 'rejected', 'expired'] as const;

const REASONS = [
  'unreadable',
  'face_unreadable',
  'document_unusable',
  'expired_document',
  'unsupported_document',
  'not_finished',
  'other',
] as const;

const name = textUpTo(200, 'a name');

const level = textUpTo(200, 'a level, as the provider returns it in `acr`');

const SOURCE = 'jumio, operator, or eid: and the id of a provider';

const source = z.string({ error: SOURCE }).regex(/^(jumio|operator|eid:.{1,200})$/, SOURCE);

const when = z
  .strictObject({
    status: anyOf(STATUSES, 'The status of the verification. An approval older than verdict_lifetime is `expired`.'),
    waiting_on: anyOf(['person', 'jumio', 'operator', 'nobody'], 'On whom the next step depends. Needs the ledger.'),
    flow: anyOf(
      ['login', 'refresh', 'recovery', 'api'],
      'The flow of Kratos; `refresh` is a login beside a valid session. `api`: the decision endpoints, which use no rule without it.',
    ),
    method: oneOrMore(name, 'a login method of Kratos', 'E.g. password, code, oidc, passkey, totp.'),
    schema: oneOrMore(name, 'the id of an identity schema', 'The id of the identity’s schema in Kratos.'),
    source: oneOrMore(source, SOURCE, 'Who decided; without a decision, who will. E.g. jumio, operator, eid:itsme.'),
    level: oneOrMore(level, 'a level', 'The stored level of the eID that decided. Needs a `source` of eID providers.'),
    account_younger_than: duration('Since Kratos made the identity.'),
    account_older_than: duration('Since Kratos made the identity.'),
    verdict_younger_than: duration('Since the verdict that counts. Needs the ledger.'),
    verdict_older_than: duration('Since the verdict that counts. Needs the ledger.'),
  })
  .partial()
  .describe('Every key must match. A key whose fact neither the request nor the ledger has does not match.');

const decision = z
  .enum(['allow', 'block', 'block_with_way_on'], { error: 'allow, block or block_with_way_on' })
  .describe('block_with_way_on: the refusal carries a one-time link; it trusts the first factor only.');

const rule = z.strictObject({
  name: textUpTo(60, 'a name').describe('For events and `report`.').optional(),
  when: when.optional(),
  // biome-ignore lint/suspicious/noThenProperty: a key of the file and never a function; no code awaits a rule
  then: decision, // oxlint-disable-line unicorn/no-thenable
  text: z
    .enum(['rejected', 'review', 'unverified', 'unknown'], { error: 'rejected, review, unverified or unknown' })
    .describe('The text that a refusal shows; by default the one of the status.')
    .optional(),
});

function count(least: number, description: string) {
  const error = `a whole number from ${least} to 1000`;
  return z.int({ error }).min(least, error).max(1000, error).describe(description);
}

const yesOrNo = z.boolean({ error: 'true or false' });

const startAgain = z.strictObject({
  reasons: z
    .array(z.enum(REASONS, { error: `one of ${REASONS.join(', ')}` }), { error: `a list of ${REASONS.join(', ')}` })
    .describe('Rejections that a person can act on. `other` is everything else, manipulation included.')
    .default([...DEFAULT_START_AGAIN.reasons]),
  max_rejections: count(0, 'After so many rejections the person may not start again.').default(
    DEFAULT_START_AGAIN.maxRejections,
  ),
  wait: duration('From a rejection to the next attempt.').prefault('0s'),
  max_executions: count(1, 'At most so many executions within `window`; each costs money.').default(
    DEFAULT_START_AGAIN.maxExecutions,
  ),
  window: duration('See max_executions.').prefault(DEFAULT_START_AGAIN.window),
  after_lifetime: yesOrNo.describe('Whether a person may renew an approval older than verdict_lifetime.').default(true),
});

const onRejected = z.strictObject({
  revoke_sessions: yesOrNo.describe('Sessions from before the verdict end at once.').default(false),
  deactivate: yesOrNo.describe('`state: inactive` in Kratos, set back when the rejection is over.').default(false),
});

const evidence = z
  .record(name, z.union([z.literal('any'), filled(level, 'a list of levels')], { error: 'any, or a list of levels' }))
  .describe('The eID providers and returned levels that make a verification at Jumio unnecessary. See eid/README.md.');

const requiredLevel = z
  .record(name, z.record(name, level))
  .describe('By identity schema and eID provider: a sign-up below this level is refused before anything is stored.');

/** The schema of the file. `policyMistakes` checks the rules that involve several keys. */
export const policySchema = z.strictObject({
  rules: filled(rule, 'a list of rules', 'at least one rule').describe(
    'Tried from the top; the first that matches counts. The last has no `when`, and only the last.',
  ),
  verdict_lifetime: duration('An approval that is older counts as `expired`, at the gate and on the pages.').optional(),
  start_again: startAgain.prefault({}),
  on_rejected: onRejected.prefault({}),
  evidence: evidence.default({}),
  required_level: requiredLevel.default({}),
});

export type PolicyDocument = z.output<typeof policySchema>;

/** Returns docs/schemas/policy.schema.json. */
export function policyJsonSchema(): object {
  const title = 'Policy of the Kratos–Jumio bridge';
  return { title, ...z.toJSONSchema(policySchema, { io: 'input', target: 'draft-2020-12' }) };
}
