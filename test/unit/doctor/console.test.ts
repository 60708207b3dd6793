import { describe, expect, it } from 'vitest';
import { withAllFixes, wrongFindings } from '../../support/doctor/applied-fix.ts';
import { applied } from '../../support/doctor/operations.ts';
import { examineSite, SHIPPED, type Site } from '../../support/doctor/site.ts';
import { operatorsYaml } from '../../support/operator/console.ts';

const SAYS = 'Kratos may send operators back to the console';

/** An installation with a console, whose Kratos allows these URLs to return to. */
function consoleSite(allowed: readonly string[], more = ''): Site {
  const kratos = applied({ ...SHIPPED }, [
    { op: 'add', path: '/selfservice/allowed_return_urls', value: ['https://app.example.com', ...allowed] },
  ]);
  return { kratos, env: { OPERATORS: operatorsYaml(more) } };
}

const PROXY =
  'proxy: { header: x-assertion, issuer: "https://p.example.com", audience: a, jwks: "https://p.example.com/k" }';

/** What the report says of the console. */
async function saidOf(site: Site): Promise<string[]> {
  const { findings, passed, notCheckable } = await examineSite(site);
  const known = [...findings, ...passed].filter(({ group }) => group === 'console of operators');
  return [...known.map((one) => ('id' in one ? one.id : one.says)), ...notCheckable.map(({ what }) => what)].filter(
    (what) => what === SAYS || what === 'console-not-allowed',
  );
}

describe('the doctor on an installation with a console', () => {
  it.each([
    ['the origin of this service', ['https://verify.example.com']],
    ['the console', ['https://verify.example.com/jumio', 'https://verify.example.com/operator']],
    ['every host of the domain', ['https://*.example.com']],
  ])('it is green where Kratos allows %s', async (_name, allowed) => {
    const site = consoleSite(allowed);
    expect([wrongFindings(await examineSite(site)), await saidOf(site)]).toEqual([[], [SAYS]]);
  });

  it.each([
    ['the pages of people alone', ['https://verify.example.com/jumio']],
    ['only what is below the console', ['https://verify.example.com/jumio', 'https://verify.example.com/operator/']],
    ['the console in the clear', ['https://verify.example.com/jumio', 'http://verify.example.com/operator']],
  ])('it finds a Kratos that allows %s, and is green after the fix', async (_name, allowed) => {
    const site = consoleSite(allowed);
    expect(wrongFindings(await examineSite(site))).toEqual(['console-not-allowed']);
    expect((await withAllFixes(site)).report.green).toBe(true);
  });

  it('it says nothing where operators sign in at a proxy, or where there is no console', async () => {
    expect(await saidOf(consoleSite(['https://verify.example.com/jumio'], PROXY))).toEqual([]);
    const { env: _, ...without } = consoleSite(['https://verify.example.com/jumio']);
    expect(await saidOf(without)).toEqual([]);
  });
});
