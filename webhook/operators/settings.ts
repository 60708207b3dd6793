import { z } from 'zod';
import type { CaseAct } from '../model.ts';

/*
 * The document of `OPERATORS` (docs/console.md#configuration): who works at the console, and by which rules they decide. It
 * holds no secret and no password.
 */

/** What an operator may do: each role may do what the ones before it may. */
const ROLES = ['viewer', 'reviewer', 'approver'] as const;

/** The role of an operator. */
export type Role = (typeof ROLES)[number];

const ACTS = ['approve', 'reject', 'new_attempt'] as const satisfies readonly CaseAct[];

const key = z.string().regex(/^[a-z0-9][a-z0-9_-]{0,59}$/, 'a key of up to 60 lower-case letters, digits, - and _');

const line = z.string().regex(/^[^\p{Cc}\p{Cs}]{1,100}$/u, 'one line of up to 100 characters');

const reason = z.strictObject({
  key,
  for: z.array(z.enum(ACTS)).refine((acts) => acts.length > 0, 'at least one of approve, reject and new_attempt'),
  /** What the auditor reads; by default the key. */
  text: line.optional(),
});

/** A reason for which an operator may decide. */
export interface OperatorReason {
  readonly key: string;
  readonly for: readonly CaseAct[];
  readonly text?: string | undefined;
}

/** The reasons of an installation that names none of its own. */
const REASONS: readonly OperatorReason[] = [
  { key: 'document-checked-by-hand', for: ['approve'], text: 'the document was checked by hand' },
  { key: 'name-differs-by-marriage', for: ['approve'], text: 'the name differs by a marriage' },
  { key: 'seen-in-person', for: ['approve'], text: 'the person was seen' },
  { key: 'forged-document', for: ['reject'], text: 'the document is forged' },
  { key: 'not-the-same-person', for: ['reject'], text: 'the face is not that of the document' },
  { key: 'unclear-pictures', for: ['new_attempt'], text: 'the pictures are not clear' },
  { key: 'another-document', for: ['new_attempt'], text: 'another document is needed' },
];

/** A name that is shown and never stored. */
const name = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} .'’_-]{0,63}$/u, 'a name of up to 64 letters, digits and blanks');

const person = z.strictObject({ name, role: z.enum(ROLES) });

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The identity of a person: that of Kratos, or the subject of a proxy's assertion. It stands in events for good. */
const personId = z
  .string()
  .regex(/^[\w:.@|-]{1,128}$/, 'the id of a Kratos identity, or the subject of an assertion')
  // Kratos writes its ids in lower case.
  .transform((text) => (UUID.test(text) ? text.toLowerCase() : text));

const url = z.url({ protocol: /^https?$/, error: 'a URL' });

/** Whoever answers for the keys signs as every operator: over the network only by https. */
const keysUrl = url.refine((text) => {
  // zod also runs this on a text that is no URL.
  if (!URL.canParse(text)) return false;
  const { protocol, hostname } = new URL(text);
  return protocol === 'https:' || /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);
}, 'a URL with https: whoever reads along could sign as every operator');

const proxy = z.strictObject({
  /** In lower case, e.g. `cf-access-jwt-assertion`. */
  header: z
    .string()
    .regex(/^[a-z0-9-]{3,64}$/, 'the name of a header in lower case')
    .refine((header) => !['authorization', 'cookie', 'host'].includes(header), 'a header of the proxy’s own'),
  issuer: z.string().regex(/./, 'the issuer of the assertions'),
  audience: z.string().regex(/./, 'the audience of the assertions: this application at the proxy'),
  /** Where the proxy's keys are. */
  jwks: keysUrl,
  /**
   * The claim that says when somebody signed in. Many proxies make an assertion for each request: its `iat` is always new, and with
   * it no sign-in is ever too old.
   */
  signed_in: z.enum(['auth_time', 'iat']).default('auth_time'),
  /** Where somebody signs in anew at the proxy. */
  sign_in: url.optional(),
});

/** A proxy that signs who has signed in at it. */
export type ProxySettings = z.infer<typeof proxy>;

const UNIT_MS = new Map([
  ['m', 60_000],
  ['h', 3_600_000],
]);

const duration = z
  .string()
  .regex(/^[1-9]\d{0,3}[mh]$/, 'a time such as 15m or 8h')
  .transform((text) => Number(text.slice(0, -1)) * (UNIT_MS.get(text.slice(-1)) ?? 0));

const document = z.strictObject({
  people: z.record(personId, person).refine((people) => Object.keys(people).length > 0, 'at least one person'),
  /** The acts that need a second operator. */
  second_person: z.array(z.enum(ACTS)).default([]),
  /** How recent the sign-in of a decision must be. */
  fresh: duration.default(15 * 60_000),
  /** The level of authentication that Kratos must say; `aal1` is for a demo, and each page says so. */
  level: z.enum(['aal1', 'aal2']).default('aal2'),
  reasons: z.array(reason).default([...REASONS].map((one) => ({ ...one, for: [...one.for] }))),
  proxy: proxy.optional(),
});

type Document = z.infer<typeof document>;

/** Returns the acts for which there is no reason. */
function unreasoned({ reasons }: Document): CaseAct[] {
  return ACTS.filter((act) => !reasons.some((one) => one.for.includes(act)));
}

/** The document of `OPERATORS`, as it is checked and parsed. */
export const operatorSettings = document.superRefine((parsed, context) => {
  const keys = parsed.reasons.map((one) => one.key);
  const twice = keys.find((one, index) => keys.indexOf(one) < index);
  if (twice !== undefined)
    context.addIssue({ code: 'custom', path: ['reasons'], message: `each key once, and not ${twice} twice` });
  for (const act of unreasoned(parsed))
    context.addIssue({ code: 'custom', path: ['reasons'], message: `a reason for ${act}` });
  const approvers = Object.values(parsed.people).filter(({ role }) => role === 'approver').length;
  const deciders = Object.values(parsed.people).filter(({ role }) => role !== 'viewer').length;
  if (parsed.second_person.length > 0 && (approvers === 0 || deciders < 2))
    context.addIssue({
      code: 'custom',
      path: ['second_person'],
      message: 'an approver and one more person who may propose, because two must decide',
    });
});

/** A parsed document of `OPERATORS`. */
export type OperatorSettings = z.infer<typeof operatorSettings>;
