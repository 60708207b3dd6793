import type { Config } from '../../config.ts';
import { publishedPolicy } from '../../verification/policy-file.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable } from '../finding.ts';

const REVOKING = 'on_rejected: { revoke_sessions: true }';
/** The published contract's policy, and sessions end with a rejection. */
const PUBLISHED_AND_REVOKING =
  '{ rules: [{ when: { status: rejected }, then: block }, { then: allow }], on_rejected: { revoke_sessions: true } }';

function shadow({ GATE_MODE }: Config): Finding[] {
  if (GATE_MODE !== 'shadow') return [];
  return [
    {
      id: 'gate-in-shadow',
      severity: 'warning',
      seen: 'GATE_MODE is shadow',
      why: 'Nobody is refused; `report` shows who would have been.',
      fix: { says: 'enforce when the report is as you want it', environment: { GATE_MODE: 'enforce' } },
    },
  ];
}

function openOnFailure({ ON_FAILURE }: Config): Finding[] {
  if (ON_FAILURE !== 'allow') return [];
  return [
    {
      id: 'gate-open-on-failure',
      severity: 'info',
      seen: 'ON_FAILURE is allow',
      why: 'With the ledger down and no published copy in the request, rejected people sign in.',
      fix: { says: 'block, if that is worse than turning everybody away', environment: { ON_FAILURE: 'block' } },
    },
  ];
}

function outliving({ policy }: Config): Finding[] {
  if (policy.onRejected.revokeSessions || policy.onRejected.deactivate) return [];
  const isPublished = policy.hash === publishedPolicy.hash;
  return [
    {
      id: 'sessions-outlive-verdict',
      severity: 'info',
      seen: 'the policy does not end sessions when a person is rejected',
      why: 'Who signed in before the verdict stays signed in until the session ends; the application must read the status.',
      fix: {
        says: isPublished ? 'end them, by a policy' : `put \`${REVOKING}\` into the policy`,
        ...(isPublished && { environment: { POLICY: PUBLISHED_AND_REVOKING } }),
      },
    },
  ];
}

/** What the operator's own policy lets through. */
export const policy: Check = {
  group: 'configuration of this service',
  says: 'the gate enforces its policy, and ends sessions with it',
  look({ service }) {
    if (service === undefined) return notCheckable('the configuration of this service cannot be read');
    return [...shadow(service), ...openOnFailure(service), ...outliving(service)];
  },
};
