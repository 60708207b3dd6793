import { describe } from 'vitest';
import { applicationCases, HANDOVER_SECRET } from './cases/application-cases.ts';
import { handOverCases } from './cases/hand-over-cases.ts';
import { operatorCases } from './cases/operator-cases.ts';
import { returnCases } from './cases/return-cases.ts';
import { verdictCases } from './cases/verdict-cases.ts';
import { describeTogether, KRATOS } from './kratos-under-test.ts';
import { useWorld } from './world.ts';

describeTogether(`people, with ${KRATOS}`, () => {
  const world = useWorld({ env: { HANDOVER_SECRET } });
  describe('from sign-up to sign-in', () => verdictCases(world));
  describe('return_to', () => returnCases(world));
  describe('applications without our cookie', () => applicationCases(world));
  describe('the hand-over cookie', () => handOverCases(world));
  describe('the operator’s commands', () => operatorCases(world));
});
