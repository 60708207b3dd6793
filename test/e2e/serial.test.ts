import { describe } from 'vitest';
import { expiryCases } from './suites/expiry.ts';
import { lateCases } from './suites/late.ts';
import { launderingCases } from './suites/laundering.ts';
import { lostLedgerCases } from './suites/lost-ledger.ts';
import { restartCases } from './suites/restart.ts';
import { KRATOS } from './support/kratos-under-test.ts';
import { useWorld } from './support/world.ts';

// The service's process and the clocks are everybody's.
describe(`one at a time, with ${KRATOS}`, () => {
  const world = useWorld();
  describe('a restart during a journey', () => restartCases(world));
  describe('a restart without the ledger', () => lostLedgerCases(world));
  describe('what ends', () => expiryCases(world));
  describe('rejections stay in force', () => launderingCases(world));
  describe('late results', () => lateCases(world));
});
