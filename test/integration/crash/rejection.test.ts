import { describe, expect, it } from 'vitest';
import { AFTER_LEASE_S, killAt, untilPublished } from '../../support/crash/outcome.ts';
import { eventually, startCrashStack } from '../../support/crash/stack.ts';
import type { Moment } from '../../support/crash/upstreams.ts';

const POLICY = `
rules: [{ then: allow }]
on_rejected: { revoke_sessions: true, deactivate: true }
`;

describe('kill -9 between a rejection and its consequences', () => {
  it.each<[string, Moment]>([
    ['the sessions are revoked', 'revoke answered'],
    ['the state was read', 'read answered'],
    ['copy and state are sent', 'patch sent'],
    ['copy and state are written', 'patch answered'],
  ])(
    'after kill -9 of a rejection when %s, the next process finishes it, and takes no state for an operator’s',
    async (_when, moment) => {
      const stack = await startCrashStack({ POLICY });
      const first = await stack.start(0);
      expect(await stack.signUp(first)).toBe(204);
      await untilPublished(stack, 'pending');
      stack.decide('REJECTED');
      const killed = killAt(stack, moment, first);
      await stack.callback(first);
      await killed;
      const second = await stack.start(AFTER_LEASE_S);
      await untilPublished(stack, 'rejected');
      await eventually(async () =>
        expect(await stack.ledger('select revocation, pending_state, deactivated from identities')).toEqual([
          { revocation: 'repeat', pending_state: null, deactivated: 1 },
        ]),
      );
      expect(stack.account()).toEqual({ state: 'inactive', changes: 1, sessions: 0 });
      await second.advance(61);
      await eventually(async () =>
        expect(await stack.ledger('select revocation, kratos_due from identities')).toEqual([
          { revocation: 'none', kratos_due: null },
        ]),
      );
      expect(await stack.ledger(`select 1 from events where kind = 'state_left'`)).toEqual([]);
      expect(stack.account().changes).toBe(1);
    },
  );
});
