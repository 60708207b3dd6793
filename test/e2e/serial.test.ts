import { describe } from 'vitest';
import { expiryCases } from './suites/serial/expiry.ts';
import { lateCases } from './suites/serial/late.ts';
import { launderingCases } from './suites/serial/laundering.ts';
import { lostLedgerCases } from './suites/serial/lost-ledger.ts';
import { restartCases } from './suites/serial/restart.ts';
import { KRATOS } from './support/kratos-under-test.ts';
import { useWorld } from './support/world.ts';

// All tests share the service's process and the clocks.
describe(`one at a time, with ${KRATOS}`, () => {
  const world = useWorld();
  describe('a restart during a journey', () => restartCases(world));
  describe('a restart without the ledger', () => lostLedgerCases(world));
  describe('what ends', () => expiryCases(world));
  describe('rejections stay in force', () => launderingCases(world));
  describe('late results', () => lateCases(world));
});
