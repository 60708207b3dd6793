import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { findKratos, kratosEnvironment } from '../../../sandbox/kratos/real/binary.ts';
import { merge, type Tree } from '../../../webhook/doctor/kratos-config/read.ts';
import { mendedInTurn } from '../../support/doctor/applied-fix.ts';
import { BROKEN, PUBLISHED } from '../../support/doctor/broken-sites.ts';
import { SHIPPED } from '../../support/doctor/site.ts';
import { freshFolder } from '../../support/service/databases.ts';

const binary = findKratos();

const WHY = binary ? '' : ' (skipped: KRATOS_BIN is not set and there is no kratos on the PATH)';

/** Kratos judges its configuration before it looks for its tables, which are not there. */
const JUDGED = /Unable to determine network|validation failed|invalid keys|Unable to instantiate configuration/;

/** What a real Kratos says of a configuration; empty where it takes it. */
async function refusal(kratos: Tree, folder: string, name: string): Promise<string> {
  const file = join(folder, `${name}.yaml`);
  await writeFile(file, stringify(merge([kratos, { dsn: `sqlite://${folder}/${name}.sqlite?_fk=true&mode=rwc` }])));
  const env = { ...kratosEnvironment, DEV: 'true' };
  const child = spawn(binary ?? '', ['courier', 'watch', '-c', file], { env, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  return new Promise((resolve) => {
    const end = (): void => {
      child.kill('SIGKILL');
      resolve(said.includes('Unable to determine network') ? '' : said);
    };
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        said += text;
        if (JUDGED.test(said)) setTimeout(end, 20);
      });
    child.on('close', end);
  });
}

/** SAML is not in the open-source Kratos, which refuses to hear of it. */
const MENDED = [...BROKEN.filter(({ name }) => !name.includes('SAML')), { ...PUBLISHED, name: 'published' }];

describe.skipIf(!binary)(`doctor’s fixes on a real Kratos${WHY}`, () => {
  it('a real Kratos accepts each fix of the doctor, and rejects what its own schema forbids', async () => {
    const folder = await freshFolder();
    const wrong = merge([SHIPPED, { cookies: { same_site: 'Sometimes' } }]);
    expect(await refusal(wrong, folder, 'wrong')).toContain('same_site');
    const seen = new Map<string, string>();
    for (const [index, { name, ...site }] of MENDED.entries()) {
      const mended = (await mendedInTurn(site)).site;
      const said = await refusal(mended.kratos, folder, String(index));
      if (said !== '') seen.set(name, said.slice(0, 2000));
    }
    expect(Object.fromEntries(seen)).toEqual({});
  }, 120_000);
});
