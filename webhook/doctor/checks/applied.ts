import { type Difference, differencesOf, settingsInForce } from '../../applied/index.ts';
import type { Check } from '../facts.ts';
import { type Finding, notCheckable, type Severity } from '../finding.ts';

interface Meaning {
  readonly id: string;
  readonly severity: Severity;
  readonly why: string;
}

const MEANINGS: Readonly<Record<Difference['what'], Meaning>> = {
  policy: {
    id: 'service-policy-differs',
    severity: 'error',
    why: 'Sign-ins are decided by the policy that it started with, and not by the one of this report.',
  },
  mode: {
    id: 'service-mode-differs',
    severity: 'error',
    why: 'Whether a sign-in is refused at all follows from the mode that it started with.',
  },
  on_failure: {
    id: 'service-on-failure-differs',
    severity: 'warning',
    why: 'What it does when nothing is known of a person follows from the value that it started with.',
  },
  version: {
    id: 'service-version-differs',
    severity: 'warning',
    why: 'Another version runs than the one of this program: what this report says may not be true of it.',
  },
  secret: {
    id: 'service-secret-differs',
    severity: 'warning',
    why: 'It goes on with the value that it started with. Only fingerprints are compared and printed.',
  },
  endpoint: {
    id: 'service-endpoint-differs',
    severity: 'warning',
    why: 'Its application is told, or not, by the address, types and secrets that the service started with. Only a fingerprint of them all is compared and printed.',
  },
};

function finding({ what, name, running, here }: Difference, at: string): Finding {
  const { id, severity, why } = MEANINGS[what];
  const seen = `the running service (${at}) has ${name} ${running}; read here: ${here}`;
  return {
    id,
    severity,
    seen,
    why,
    fix: {
      says: 'restart the service if this is the new value, or run the doctor with its environment and `.env` files',
    },
  };
}

function secretRefused(at: string): Finding {
  return {
    id: 'service-secret-differs',
    severity: 'error',
    seen: `the running service (${at}) refuses the ORY_WEBHOOK_SECRET that is read here`,
    why: 'It was started with another configuration: nothing of this report needs to be true of it.',
    fix: { says: 'restart the service, or run the doctor with its environment and `.env` files' },
  };
}

/** Compares what the running service applies with what the doctor read: a file may have changed since the service started. */
export const appliedAsRead: Check = {
  group: 'this service, called as Kratos calls it',
  says: 'the running service applies the policy, mode and secrets that are read here',
  run({ service, observed: { running, hooks } }) {
    if (service === undefined) return notCheckable('the configuration of this service cannot be read');
    if (running === undefined) return notCheckable('the address of the running service is not known');
    if ('failure' in running) return notCheckable(`${running.at}: ${running.failure}`);
    if ('applied' in running)
      return differencesOf(running.applied, settingsInForce(service)).map((each) => finding(each, running.at));
    // `hooksAnswered` compares the secrets of the hooks with the running service's, and says it better.
    if (hooks !== undefined) return notCheckable(`${running.at} refuses the ORY_WEBHOOK_SECRET that is read here`);
    return [secretRefused(running.at)];
  },
};
