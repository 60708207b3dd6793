import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findKratos, kratosEnvironment } from '../../../sandbox/kratos/real/binary.ts';
import { merge, type Tree } from '../../../webhook/doctor/kratos-config/read.ts';
import { withAllFixes } from '../../support/doctor/applied-fix.ts';
import { BROKEN, PUBLISHED } from '../../support/doctor/broken-sites.ts';
import { BROKEN_PAYMENTS } from '../../support/doctor/payment-sites.ts';
import { SHIPPED } from '../../support/doctor/site.ts';
import { freshFolder } from '../../support/service/databases.ts';

const binary = findKratos();

const WHY = binary ? '' : ' (skipped: KRATOS_BIN is not set and there is no kratos on the PATH)';

/** Kratos checks its configuration before its tables, which do not exist here. */
const JUDGED = /Unable to determine network|validation failed|invalid keys|Unable to instantiate configuration/;

/** The output of a real Kratos that refuses a configuration; empty if it accepts it. */
async function refusal(kratos: Tree, folder: string, name: string): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify(merge([kratos, { dsn: `sqlite://${folder}/${name}.sqlite?_fk=true&mode=rwc` }])));
  const env = { ...kratosEnvironment, DEV: 'true' };
  const child = spawn(binary ?? '', ['courier', 'watch', '-c', file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  return new Promise((resolve) => {
    const end = (): void => {
      child.kill('SIGKILL');
      resolve(output.includes('Unable to determine network') ? '' : output);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        if (JUDGED.test(output)) setTimeout(end, 20);
      });
    child.on('close', end);
  });
}

/** The open-source Kratos has no SAML, and refuses its configuration. */
const FIXABLE = [
  ...BROKEN.filter(({ name }) => !name.includes('SAML')),
  ...BROKEN_PAYMENTS,
  { ...PUBLISHED, name: 'published' },
];

describe.skipIf(!binary)(`doctor’s fixes on a real Kratos${WHY}`, () => {
  it('a real Kratos accepts each fix of the doctor, and rejects what its own schema forbids', async () => {
    const folder = await freshFolder();
    const wrong = merge([SHIPPED, { cookies: { same_site: 'Sometimes' } }]);
    expect(await refusal(wrong, folder, 'wrong')).toContain('same_site');
    const seen = new Map<string, string>();
    for (const [index, { name, ...site }] of FIXABLE.entries()) {
      const fixed = (await withAllFixes(site)).site;
      const output = await refusal(fixed.kratos, folder, String(index));
      if (output !== '') seen.set(name, output.slice(0, 2000));
    }
    expect(Object.fromEntries(seen)).toEqual({});
  }, 120_000);
});
