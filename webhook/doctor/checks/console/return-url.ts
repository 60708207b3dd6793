import { type Check, NO_KRATOS_CONFIG } from '../../facts.ts';
import { ALLOWED_KEY, allowReturnTo, mayReturnTo } from '../../kratos-config/return-urls.ts';

/** Not behind a proxy: there operators sign in at it, and Kratos sends nobody to the console. */
export const consoleAllowed: Check = {
  group: 'console of operators',
  says: 'Kratos may send operators back to the console',
  applies: ({ service }) => service?.OPERATORS !== undefined && service.OPERATORS.proxy === undefined,
  run({ kratos, service }) {
    if (kratos === undefined || service?.PUBLIC_URL === undefined) return NO_KRATOS_CONFIG;
    const page = `${service.PUBLIC_URL.replace(/\/+$/, '')}/operator`;
    if (mayReturnTo(kratos, page)) return [];
    return [
      {
        id: 'console-not-allowed',
        severity: 'error',
        seen: `${ALLOWED_KEY} does not cover ${page}`,
        why: 'An operator who must sign in, or again before a decision, is sent to Kratos and back; Kratos then answers 400.',
        fix: { says: 'allow the console', kratos: [allowReturnTo(kratos, page)] },
      },
    ];
  },
};
