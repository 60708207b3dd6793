import { describe } from 'vitest';
import { KRATOS } from '../support/kratos-under-test.ts';
import { consoleCases, OPERATORS_FILE } from './cases/console-cases.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { useStage } from './stage.ts';

// One world and one Chromium: the operators, the queue and the clock are shared.
describe.skipIf(!hasChromium)(`the console in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`, LONG_TIMEOUT, () => {
  const stage = useStage({ OPERATORS_FILE });
  describe('console', () => consoleCases(stage));
});
