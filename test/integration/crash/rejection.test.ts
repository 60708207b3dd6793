import { describe, expect, it } from 'vitest';
import { dieAt, isPublished, LEASE_OVER } from '../../support/crash/ends.ts';
import { eventually, startKillWorld } from '../../support/crash/stack.ts';
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
      const world = await startKillWorld({ POLICY });
      const first = await world.live(0);
      expect(await world.signUp(first)).toBe(204);
      await isPublished(world, 'pending');
      world.decide('REJECTED');
      const dead = dieAt(world, moment, first);
      await world.callback(first);
      await dead;
      const second = await world.live(LEASE_OVER);
      await isPublished(world, 'rejected');
      await eventually(async () =>
        expect(await world.ledger('select revocation, pending_state, deactivated from identities')).toEqual([
          { revocation: 'repeat', pending_state: null, deactivated: 1 },
        ]),
      );
      expect(world.account()).toEqual({ state: 'inactive', changes: 1, sessions: 0 });
      await second.advance(61);
      await eventually(async () =>
        expect(await world.ledger('select revocation, kratos_due from identities')).toEqual([
          { revocation: 'none', kratos_due: null },
        ]),
      );
      expect(await world.ledger(`select 1 from events where kind = 'state_left'`)).toEqual([]);
      expect(world.account().changes).toBe(1);
    },
  );
});
