import { describe } from 'vitest';
import { isReal, KRATOS, OR_WHY_SKIPPED as OR_NO_KRATOS } from '../support/kratos-under-test.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { faceCases } from './payments/face-cases.ts';
import { passkeyCases } from './payments/passkey-cases.ts';
import { smsCases } from './payments/sms-cases.ts';
import { tooNewCases } from './payments/too-new-cases.ts';
import { useStage } from './stage.ts';

// One Kratos, one service and one Chromium for all: only a real Kratos has settings, passkeys and second factors.
describe.skipIf(!isReal || !hasChromium)(
  `payments in Chromium, with ${KRATOS}${OR_NO_KRATOS}${OR_WHY_SKIPPED}`,
  LONG_TIMEOUT,
  () => {
    const stage = useStage({}, { payments: true });
    describe('a code', () => smsCases(stage));
    describe('a passkey', () => passkeyCases(stage));
    describe('a face', () => faceCases(stage));
    describe('what is too new', () => tooNewCases(stage));
  },
);
