import type { Config } from '../../config/config.ts';
import type { Status, WaitingOn } from '../../model.ts';
import { type Condition, decisionOf, type Policy, ruleFor } from '../../verification/policy/index.ts';
import type { Check, Facts } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';
import { allEntries, enabledMethods } from '../kratos-config/hooks.ts';
import type { Tree } from '../kratos-config/read.ts';
import { refusedWaiting } from './policy-way-on.ts';

/** Returns the statuses of a person who has just signed up that the policy refuses; empty if it lets such a person in. */
export function refusedAfterSignUp(service: Config): Status[] {
  const refused = refusedWaiting(service, ['block', 'block_with_way_on'], 0);
  return refused.includes('none') || refused.includes('pending') ? refused : [];
}

/** Every standing without an approval, with whom it waits for. */
const UNVERIFIED: readonly (readonly [status: Status, waitingOn: WaitingOn])[] = [
  ['none', 'nobody'],
  ['pending', 'jumio'],
  ['pending', 'person'],
  ['processing', 'person'],
  ['processing', 'jumio'],
  ['expired', 'person'],
  ['review', 'operator'],
  ['rejected', 'person'],
  ['rejected', 'operator'],
];

/** Of the sign-up, and of an account or verdict that no rule asks for by its age. */
const AGES_MS = [0, 365 * 86_400_000];

/** A way into an account that is not verified. */
interface Way {
  readonly through: string;
  readonly status: Status;
  readonly waitingOn: WaitingOn;
}

/** Returns each value that a rule names, and null: the fact is not known, or is another. */
function named(policy: Policy, valuesOf: (when: Condition) => readonly string[] | undefined): (string | null)[] {
  return [null, ...new Set(policy.rules.flatMap(({ when }) => valuesOf(when) ?? []))];
}

/** Returns ages at both sides of each bound that a rule names, in milliseconds. */
function ages(policy: Policy, boundsOf: (when: Condition) => readonly (number | undefined)[]): number[] {
  const bounds = policy.rules.flatMap(({ when }) => boundsOf(when)).filter((bound) => bound !== undefined);
  const around = bounds.flatMap((bound) => [bound - 1, bound, bound + 1]);
  return [...new Set([...AGES_MS, ...around.filter((age) => age >= 0)])];
}

/** The facts beside status, flow and method that the rules of a policy can tell apart. */
function otherFacts(policy: Policy) {
  const schemas = named(policy, ({ schema }) => schema);
  const sources = named(policy, ({ source }) => source);
  const levels = named(policy, ({ level }) => level);
  const accountAges = [null, ...ages(policy, (when) => [when.accountYoungerThan, when.accountOlderThan])];
  const verdictAges = [null, ...ages(policy, (when) => [when.verdictYoungerThan, when.verdictOlderThan])];
  return schemas.flatMap((schema) =>
    sources.flatMap((source) =>
      levels.flatMap((level) =>
        accountAges.flatMap((accountAge) =>
          verdictAges.map((verdictAge) => ({ schema, source, level, accountAge, verdictAge })),
        ),
      ),
    ),
  );
}

/** Recovery has no method in Kratos' hook. */
function waysOf(kratos: Tree, { policy }: Config): Way[] {
  const logins = enabledMethods(kratos, 'login').map((method) => ({ flow: 'login', method }) as const);
  const doors = [...logins, { flow: 'recovery', method: null } as const];
  const others = otherFacts(policy);
  return doors.flatMap((door) =>
    UNVERIFIED.filter(([status, waitingOn]) =>
      others.some((other) => decisionOf(ruleFor(policy, { status, waitingOn, ...door, ...other }), status) === 'allow'),
    ).map(([status, waitingOn]) => ({ through: door.method ?? door.flow, status, waitingOn })),
  );
}

function signedIn(ways: readonly Way[]): Finding[] {
  if (ways.length === 0) return [];
  const standings = new Set(ways.map(({ status, waitingOn }) => `${status} (waiting on ${waitingOn})`));
  const doors = new Set(ways.map(({ through }) => through));
  // A person cannot help it that Jumio is down, so that one exception is a choice.
  const isChoice = ways.every(({ status, waitingOn }) => status === 'pending' && waitingOn === 'jumio');
  return [
    {
      id: 'signed-in-unverified',
      severity: isChoice ? 'info' : 'warning',
      seen: `sign-up gives no session, and the policy allows ${[...standings].join(', ')} (${[...doors].join(', ')})`,
      why: isChoice
        ? 'So nobody is shut out while Jumio is down; but right after the sign-up, before Jumio has answered, a person is signed in too.'
        : 'Such a person is signed in before they are verified, which the sign-up without `session` is there to prevent.',
      fix: { says: 'allow `approved` alone; docs/examples/policy.verified-first.yaml does' },
    },
  ];
}

function hasSession(kratos: Tree): boolean {
  return allEntries(kratos).some(({ flow, name }) => flow === 'registration' && name === 'session');
}

/** Whether the installation is meant so: no session at sign-up, and a policy that refuses who has just signed up. */
function isMeant({ kratos, service }: Facts): boolean {
  if (kratos === undefined || service === undefined || hasSession(kratos)) return false;
  return refusedAfterSignUp(service).length > 0;
}

/** docs/verified-first.md#what-the-doctor-checks */
export const verifiedFirst: Check = {
  group: 'browser flow',
  says: 'nobody is signed in before they are verified',
  applies: isMeant,
  run: ({ kratos, service }) =>
    kratos === undefined || service === undefined
      ? notCheckable('it needs both configurations')
      : signedIn(waysOf(kratos, service)),
};
