import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { config, wrongNames } from '../../support/service/environment.ts';

const { version } = z
  .object({ version: z.string() })
  .parse(JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8')));

const PROGRAM = `KratosJumioBridge/v${version}`;

describe('the User-Agent in the configuration', () => {
  it.each([
    [undefined, PROGRAM],
    ['Acme', `Acme ${PROGRAM}`],
    ['Crédit Économique & Söhne', `Credit Economique Sohne ${PROGRAM}`],
    ['Acme (Bank)/1', `Acme Bank 1 ${PROGRAM}`],
    ['銀行', PROGRAM],
  ])('without USER_AGENT and with the BRAND_NAME %s it is %s', (BRAND_NAME, expected) => {
    expect(config({ BRAND_NAME }).userAgent).toBe(expected);
  });

  it('with USER_AGENT it is that, whatever BRAND_NAME says', () => {
    expect(config({ BRAND_NAME: 'Acme', USER_AGENT: 'AcmeBank Onboarding/v1.0' }).userAgent).toBe(
      'AcmeBank Onboarding/v1.0',
    );
  });

  it.each(['Acme\nX: y', 'Société/v1', ' Acme/v1', 'Acme/v1 ', 'Acme', 'a/b'.repeat(100)])(
    'a USER_AGENT of %j is refused',
    (USER_AGENT) => {
      expect(wrongNames({ USER_AGENT })).toEqual(['USER_AGENT']);
    },
  );
});
