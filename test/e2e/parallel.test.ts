import { describe } from 'vitest';
import { applicationCases, HANDOVER_SECRET } from './suites/parallel/application.ts';
import { handOverCases } from './suites/parallel/hand-over.ts';
import { operatorCases } from './suites/parallel/operator.ts';
import { returnCases } from './suites/parallel/return.ts';
import { verdictCases } from './suites/parallel/verdict.ts';
import { describeConcurrently, KRATOS } from './support/kratos-under-test.ts';
import { useWorld } from './support/world.ts';

describeConcurrently(`people, with ${KRATOS}`, () => {
  // A long timeout for a busy machine: no test here is about a slow Jumio.
  const world = useWorld({ env: { HANDOVER_SECRET, SANDBOX_WAIT_FACTOR: '5' } });
  describe('from sign-up to sign-in', () => verdictCases(world));
  describe('return_to', () => returnCases(world));
  describe('applications without our cookie', () => applicationCases(world));
  describe('the hand-over cookie', () => handOverCases(world));
  describe('the operator’s commands', () => operatorCases(world));
});
