import type { Config } from '../../config/config.ts';
import type { Status, WaitingOn } from '../../model.ts';
import { decisionOf, ruleFor } from '../../verification/policy/index.ts';
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

/** Of the sign-up, of the first days, and later. */
const AGES_MS = [0, 86_400_000, 365 * 86_400_000];

/** A way into an account that is not verified. */
interface Way {
  readonly through: string;
  readonly status: Status;
  readonly waitingOn: WaitingOn;
}

/** Recovery has no method in Kratos' hook. */
function waysOf(kratos: Tree, { policy }: Config): Way[] {
  const logins = enabledMethods(kratos, 'login').map((method) => ({ flow: 'login', method }) as const);
  const doors = [...logins, { flow: 'recovery', method: null } as const];
  return doors.flatMap(({ flow, method }) =>
    UNVERIFIED.filter(([status, waitingOn]) =>
      AGES_MS.some((accountAge) => {
        const facts = {
          status,
          waitingOn,
          flow,
          method,
          schema: null,
          source: null,
          level: null,
          accountAge,
          verdictAge: null,
        };
        return decisionOf(ruleFor(policy, facts), status) === 'allow';
      }),
    ).map(([status, waitingOn]) => ({ through: method ?? flow, status, waitingOn })),
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
