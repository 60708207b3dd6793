import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe } from 'vitest';
import { KRATOS } from '../support/kratos-under-test.ts';
import { consentFirstCases } from './cases/consent-first-cases.ts';
import { oldApprovalCase, yearly } from './cases/time-cases.ts';
import { hasChromium, LONG_TIMEOUT, OR_WHY_SKIPPED } from './chromium.ts';
import { useStage } from './stage.ts';

const folder = mkdtempSync(join(tmpdir(), 'texts-'));

const texts = join(folder, 'texts.yaml');

const writeTexts = (yaml: string): void => writeFileSync(texts, yaml);

writeTexts('');

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Jumio is asked only after the person agrees, and gets their e-mail address. */
const CONSENT_FIRST = {
  VERIFICATION_START: 'consent',
  JUMIO_WORKFLOW_KEY: '10164',
  PREPARED_DATA: 'email: /email',
  TEXTS_FILE: texts,
  POLICY: yearly({ renews: false }),
};

describe.skipIf(!hasChromium)(
  `consent before Jumio is asked, in Chromium, with ${KRATOS}${OR_WHY_SKIPPED}`,
  LONG_TIMEOUT,
  () => {
    const stage = useStage(CONSENT_FIRST);
    consentFirstCases(stage, writeTexts);
    oldApprovalCase(stage, { renews: false });
  },
);
