import { type Check, NO_KRATOS_CONFIG } from '../../facts.ts';
import { append } from '../../kratos-config/edits.ts';
import { dotted } from '../../kratos-config/hooks.ts';
import { listAt } from '../../kratos-config/read.ts';
import { isCovered } from '../browser-flow.ts';

const ALLOWED = '/selfservice/allowed_return_urls';

/** Not behind a proxy: there operators sign in at it, and Kratos sends nobody to the console. */
export const consoleAllowed: Check = {
  group: 'console of operators',
  says: 'Kratos may send operators back to the console',
  applies: ({ service }) => service?.OPERATORS !== undefined && service.OPERATORS.proxy === undefined,
  run({ kratos, service }) {
    if (kratos === undefined || service?.PUBLIC_URL === undefined) return NO_KRATOS_CONFIG;
    const page = `${service.PUBLIC_URL.replace(/\/+$/, '')}/operator`;
    const allowed = listAt(kratos, ALLOWED).filter((each) => typeof each === 'string');
    if (allowed.some((each) => isCovered(page, each))) return [];
    return [
      {
        id: 'console-not-allowed',
        severity: 'error',
        seen: `${dotted(ALLOWED)} does not cover ${page}`,
        why: 'An operator who must sign in, or again before a decision, is sent to Kratos and back; Kratos then answers 400.',
        fix: { says: 'allow the console', kratos: [append(kratos, ALLOWED, page)] },
      },
    ];
  },
};
