import type { Config } from '../../config/config.ts';
import type { Status, WaitingOn } from '../../model.ts';
import { decisionOf, type GateDecision, ruleFor } from '../../verification/policy/index.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';

/** People without a verdict whose next step is their own, who never began included: they can be verified only where they get a page. */
const WITHOUT_VERDICT: readonly (readonly [status: Status, waitingOn: WaitingOn])[] = [
  ['none', 'nobody'],
  ['pending', 'person'],
  ['processing', 'person'],
  ['expired', 'person'],
];

/** An account of some days, at an ordinary sign-in. */
const DAYS_MS = 7 * 86_400_000;

/** Returns the decision at an ordinary sign-in of a person without a verdict. `accountAge` in milliseconds. */
function decisionFor({ policy }: Config, status: Status, waitingOn: WaitingOn, accountAge: number): GateDecision {
  const facts = {
    status,
    waitingOn,
    flow: 'login',
    method: 'password',
    schema: null,
    source: null,
    level: null,
  } as const;
  return decisionOf(ruleFor(policy, { ...facts, accountAge, verdictAge: null }), status);
}

/** Returns the statuses that wait for the person, and that the policy refuses with one of these decisions. @param accountAge in milliseconds */
export function refusedWaiting(service: Config, decisions: readonly GateDecision[], accountAge = DAYS_MS): Status[] {
  return WITHOUT_VERDICT.filter(([status, waitingOn]) =>
    decisions.includes(decisionFor(service, status, waitingOn, accountAge)),
  ).map(([status]) => status);
}

/** @param hasLinks whether a back end may give a one-time link, which needs no session */
function lockedOut(statuses: readonly Status[], hasLinks: boolean): Finding[] {
  if (statuses.length === 0) return [];
  return [
    {
      id: 'policy-without-way-on',
      severity: hasLinks ? 'info' : 'error',
      seen: `the policy answers \`block\` to people whose status is ${statuses.join(' or ')}`,
      why: hasLinks
        ? 'Such a person is refused at every sign-in: only a one-time link of your back end (HANDOVER_SECRET) leads them to the verification.'
        : 'Such a person can be verified only while signed in, and is refused at every sign-in: they stay shut out for good.',
      fix: {
        says: 'answer `block_with_way_on`, which leads to the verification, or `allow`; docs/policy.md shows both',
      },
    },
  ];
}

export const wayOn: Check = {
  group: 'configuration of this service',
  says: 'the policy leaves everybody who can be verified a way to it',
  run: ({ service }) =>
    service === undefined
      ? notCheckable('the configuration of this service cannot be read')
      : lockedOut(refusedWaiting(service, ['block']), service.HANDOVER_SECRET !== undefined),
};
