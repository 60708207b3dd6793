import { afterAll, describe } from 'vitest';
import { startOperators } from '../../../sandbox/stack/operator.ts';
import { KRATOS } from '../support/kratos-under-test.ts';
import { consoleCases } from './cases/console-cases.ts';
import { demoOperatorCases } from './cases/demo-operator-cases.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { useStage } from './stage.ts';

// One world and one Chromium: the operators, the queue and the clock are shared.
describe.skipIf(!hasChromium)(`the console in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`, LONG_TIMEOUT, () => {
  const operators = startOperators();
  const stage = useStage(operators.env);
  afterAll(operators.remove);
  // First, while nobody else waits in the queue.
  describe('the operator of the demo', () => demoOperatorCases(stage, operators));
  describe('console', () => consoleCases(stage, operators));
});
