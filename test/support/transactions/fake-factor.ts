import type { Factor, Judge } from '../../../webhook/transactions/index.ts';

/** How the vendor judges. */
export type FakeAnswer = 'right' | 'wrong' | 'unjudged';

/** A factor whose vendor judges as the answer says; its payers signed in when the attempt began. */
export function createFakeFactor(): Factor<undefined, FakeAnswer> & Judge<FakeAnswer> {
  return {
    name: 'sms',
    offer: async () => ({ kind: 'usable', options: undefined }),
    start: async () => ({ kind: 'started' }),
    answer: async ({ startedAt }, _transaction, answer) => {
      switch (answer) {
        case 'right': {
          const authenticationFactors = [{ knowledge: 'password' }, { possession: 'sms_otp' }];
          return {
            kind: 'passed',
            factors: { amr: ['pwd', 'sms', 'otp', 'mfa'], authenticationFactors },
            authTime: startedAt,
          };
        }
        case 'wrong':
          return { kind: 'failed', isLast: false };
        case 'unjudged':
          return { kind: 'unanswered' };
        default:
          return answer satisfies never;
      }
    },
  };
}
