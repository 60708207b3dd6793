import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { createBrowser } from '../../sandbox/kratos/client/browser.ts';
import { signUp, whoami } from '../../sandbox/kratos/client/flows.ts';
import { findKratos } from '../../sandbox/kratos/real/binary.ts';
import { newCredentials } from '../../sandbox/scenarios/person.ts';
import { isReal, OR_WHY_SKIPPED } from './support/kratos-under-test.ts';
import {
  cli,
  newPorts,
  startKratosWith,
  startProgram,
  temporaryFolder,
  writeQuickstart,
} from './support/quickstart.ts';
import { eventually } from './support/world.ts';

const report = z.object({
  green: z.boolean(),
  findings: z.array(z.object({ id: z.string(), severity: z.string(), seen: z.string() })),
});

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

describe.skipIf(!isReal)(`from nothing to a verified sign-up, with the quickstart of Kratos${OR_WHY_SKIPPED}`, () => {
  test('`init` and `kratos-config` write what the service and Kratos start with, and doctor finds nothing wrong', async () => {
    const [folder, ports] = [temporaryFolder(), await newPorts()];
    const [publicUrl, uiUrl] = [`http://127.0.0.1:${ports.service}`, `http://127.0.0.1:${ports.ui}`];
    const kratosUrl = `http://127.0.0.1:${ports.kratos}`;
    const jumioUrl = `http://127.0.0.1:${ports.jumio}`;
    // Where the sandbox has not the port that `npm run sandbox` takes, and the ledger its own place.
    const env = {
      JUMIO_AUTH_URL: `${jumioUrl}/oauth2/token`,
      JUMIO_API_BASE_URL: jumioUrl,
      DATABASE_URL: `file:${join(folder, 'ledger.sqlite')}`,
    };
    const kratosYml = writeQuickstart(folder, ports);
    const before = readFileSync(kratosYml, 'utf8');

    const places = ['--public-url', publicUrl, '--kratos-public-url', kratosUrl, '--application-url', `${uiUrl}/`];
    const admin = ['--kratos-admin-url', `http://127.0.0.1:${ports.admin}`];
    const init = await cli(folder, ['init', '--jumio', 'sandbox', ...places, ...admin]);
    expect(init).toMatchObject({ code: 0, err: '' });
    const merged = await cli(folder, ['kratos-config', '--merge', 'kratos.yml', '--out', 'kratos.jumio.yml'], env);
    expect(merged).toMatchObject({ code: 0, err: '' });
    expect(merged.out).toContain('registration.after.password.hooks: `session`, `show_verification_ui`');
    expect([mode(join(folder, '.env')), mode(join(folder, 'kratos.jumio.yml'))]).toEqual(['600', '600']);
    expect(readFileSync(kratosYml, 'utf8')).toBe(before);
    const [, secret = ''] = /^ORY_WEBHOOK_SECRET=(.+)$/m.exec(readFileSync(join(folder, '.env'), 'utf8')) ?? [];
    expect(secret).toHaveLength(64);
    expect(init.out + merged.out).not.toContain(secret);

    const sandboxEnv = { SANDBOX_PORT: String(ports.jumio), NO_ENV_FILE: '1' };
    await startProgram('sandbox/jumio/main', folder, sandboxEnv, `${jumioUrl}/`);
    await startProgram('webhook/server', folder, env, `${publicUrl}/health/ready`);
    await startKratosWith(findKratos() ?? '', join(folder, 'kratos.jumio.yml'), ports);
    const urls = { KRATOS_PUBLIC_URL: kratosUrl, KRATOS_ADMIN_URL: `http://127.0.0.1:${ports.admin}` };
    const app = { APP_PORT: String(ports.ui), PUBLIC_URL: publicUrl, JUMIO_API_BASE_URL: jumioUrl, ...urls };
    await startProgram('sandbox/app/main', folder, app, `${uiUrl}/`);

    const doctor = await cli(folder, ['doctor', '--json', '--kratos-config', 'kratos.jumio.yml'], env);
    const { green, findings } = report.parse(JSON.parse(doctor.out));
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect([green, doctor.code]).toEqual([true, 0]);

    const kratos = { publicUrl: kratosUrl, adminUrl: `http://127.0.0.1:${ports.admin}` };
    const browser = createBrowser();
    const signedUp = await signUp(kratos, newCredentials(), { as: 'browser', browser });
    expect(signedUp).toMatchObject({ signedIn: true });
    // The operator's own hook still leads to the page that confirms the address, and that page is there.
    expect(signedUp.location).toContain(`${uiUrl}/verification`);
    expect((await browser.get(signedUp.location ?? '')).text).toContain('Confirm your e-mail address');
    const home = await browser.get(`${uiUrl}/welcome`, { follow: true });
    const [, link = ''] = /href="([^"]+\/jumio\/verify[^"]*)"/.exec(home.text) ?? [];
    const consent = await browser.get(link.replaceAll('&amp;', '&'), { follow: true });
    const hosted = await browser.submit(consent, {}, { follow: true });
    expect(hosted.url).toContain(jumioUrl);
    await browser.submit(hosted, { outcome: 'pass' }, { follow: true });
    await eventually(async () => {
      const { session } = await whoami(kratos, { browser });
      expect(session?.identity.metadata_public).toMatchObject({ jumio: { status: 'approved' } });
    });
  });
});
