import { describe } from 'vitest';
import { lostLedgerCases } from './cases/lost-ledger-cases.ts';
import { restartCases } from './cases/restart-cases.ts';
import { KRATOS } from './kratos-under-test.ts';
import { useWorld } from './world.ts';

// There is one process: one case after the other.
describe(`restarts, with ${KRATOS}`, () => {
  const world = useWorld();
  describe('in the middle of something', () => restartCases(world));
  describe('without the ledger', () => lostLedgerCases(world));
});
