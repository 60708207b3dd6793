import { describe } from 'vitest';
import { KRATOS } from '../support/kratos-under-test.ts';
import { phoneCases } from './cases/phone-cases.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { useStage } from './stage.ts';

describe.skipIf(!hasChromium)(`from a computer to a phone, with ${KRATOS}${OR_WHY_SKIPPED}`, LONG_TIMEOUT, () => {
  const stage = useStage();
  phoneCases(stage);
});
