import { describe } from 'vitest';
import { expiryCases } from './cases/expiry-cases.ts';
import { lateCases } from './cases/late-cases.ts';
import { launderingCases } from './cases/laundering-cases.ts';
import { lostLedgerCases } from './cases/lost-ledger-cases.ts';
import { restartCases } from './cases/restart-cases.ts';
import { KRATOS } from './kratos-under-test.ts';
import { useWorld } from './world.ts';

// The service's process and the clocks are everybody's.
describe(`one at a time, with ${KRATOS}`, () => {
  const world = useWorld();
  describe('a restart in the middle of something', () => restartCases(world));
  describe('a restart without the ledger', () => lostLedgerCases(world));
  describe('what ends', () => expiryCases(world));
  describe('no laundering', () => launderingCases(world));
  describe('what comes late', () => lateCases(world));
});
