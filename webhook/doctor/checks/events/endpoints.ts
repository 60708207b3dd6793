import type { TestOutcome } from '../../../events/index.ts';
import type { Check } from '../../facts.ts';
import { type Finding, notCheckable } from '../../finding.ts';

/** Returns how the operator mends a failed test, by the word of its outcome. */
function remedyOf(word: string): string {
  if (/^3\d\d$/.test(word)) return 'name the last address in `url`: a redirect is not followed';
  if (/^(400|401|403)$/.test(word))
    return 'give the receiver the secret of `secret_files`, and let it verify the bytes as they came, and correct its clock';
  if (word === '410')
    return 'take the endpoint out of WEBHOOKS, or let the receiver answer 2xx again and run `events replay`';
  if (word.includes('ERR_ADDRESS_NOT_ALLOWED'))
    return 'name an address of the internet, or set `allow_private: true` beside it';
  return 'let the receiver answer 2xx, also to a type that it does not know, and within 15 s';
}

function finding(name: string, { word, ms }: TestOutcome): Finding {
  return {
    id: 'endpoint-takes-no-events',
    severity: 'error',
    seen: `${name} did not take a test event: ${word}, after ${ms} ms`,
    why: 'Its application does not hear of changes: they are tried again for 33 days and more, then given up; after a 410 they wait.',
    fix: { says: remedyOf(word) },
  };
}

export const eventsTaken: Check = {
  group: 'signed events',
  says: 'each endpoint of WEBHOOKS takes a signed test event',
  applies: ({ service }) => service?.WEBHOOKS !== undefined,
  run({ observed: { endpoints } }) {
    if (endpoints === undefined) return notCheckable('the endpoints were not tested');
    return [...endpoints]
      .filter(([, { kind }]) => kind !== 'accepted')
      .map(([name, outcome]) => finding(name, outcome));
  },
};
