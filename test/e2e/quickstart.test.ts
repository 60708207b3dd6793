import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Browser, createBrowser } from '../../sandbox/kratos/client/browser.ts';
import { recover, signIn, signUp, whoami } from '../../sandbox/kratos/client/flows.ts';
import { type Answer, send } from '../../sandbox/kratos/client/loopback.ts';
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
  passed: z.array(z.object({ says: z.string() })),
  findings: z.array(z.object({ id: z.string(), severity: z.string(), seen: z.string() })),
});

const refusal = z.array(z.object({ context: z.object({ url: z.url() }) })).min(1);

const mode = (path: string): string => (statSync(path).mode & 0o777).toString(8);

interface Options {
  readonly flags?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** Does what docs/quickstart.md says, on ports of its own, until the test ends. */
async function quickstart({ flags = [], env: more = {} }: Options = {}) {
  const [folder, ports] = [temporaryFolder(), await newPorts()];
  const [publicUrl, uiUrl] = [`http://127.0.0.1:${ports.service}`, `http://127.0.0.1:${ports.ui}`];
  const kratos = { publicUrl: `http://127.0.0.1:${ports.kratos}`, adminUrl: `http://127.0.0.1:${ports.admin}` };
  const jumioUrl = `http://127.0.0.1:${ports.jumio}`;
  // The sandbox has not the port that `npm run sandbox` takes, and the ledger a place of its own.
  const env = {
    JUMIO_AUTH_URL: `${jumioUrl}/oauth2/token`,
    JUMIO_API_BASE_URL: jumioUrl,
    DATABASE_URL: `file:${join(folder, 'ledger.sqlite')}`,
    ...more,
  };
  const kratosYml = writeQuickstart(folder, ports);
  const before = readFileSync(kratosYml, 'utf8');

  const places = ['--public-url', publicUrl, '--kratos-public-url', kratos.publicUrl, '--application-url', `${uiUrl}/`];
  const init = await cli(folder, ['init', '--jumio', 'sandbox', ...places, '--kratos-admin-url', kratos.adminUrl]);
  expect(init).toMatchObject({ code: 0, err: '' });
  const files = ['--merge', 'kratos.yml', '--out', 'kratos.jumio.yml'];
  const merged = await cli(folder, ['kratos-config', ...files, ...flags], env);
  expect(merged).toMatchObject({ code: 0, err: '' });
  expect(readFileSync(kratosYml, 'utf8')).toBe(before);

  const sandboxEnv = { SANDBOX_PORT: String(ports.jumio), NO_ENV_FILE: '1' };
  await startProgram('sandbox/jumio/main', folder, sandboxEnv, `${jumioUrl}/`);
  await startProgram('webhook/server', folder, env, `${publicUrl}/health/ready`);
  await startKratosWith(findKratos() ?? '', join(folder, 'kratos.jumio.yml'), ports);
  const urls = { KRATOS_PUBLIC_URL: kratos.publicUrl, KRATOS_ADMIN_URL: kratos.adminUrl, PUBLIC_URL: publicUrl };
  const app = { APP_PORT: String(ports.ui), JUMIO_API_BASE_URL: jumioUrl, ...urls };
  await startProgram('sandbox/app/main', folder, app, `${uiUrl}/`);

  const doctor = async () => {
    const { out, code } = await cli(folder, ['doctor', '--json', '--kratos-config', 'kratos.jumio.yml'], env);
    return { ...report.parse(JSON.parse(out)), code };
  };
  return { folder, init, merged, kratos, publicUrl, uiUrl, jumioUrl, doctor };
}

describe.skipIf(!isReal)(`from nothing to a verified sign-up, with the quickstart of Kratos${OR_WHY_SKIPPED}`, () => {
  test('`init` and `kratos-config` write what the service and Kratos start with, and doctor finds nothing wrong', async () => {
    const { folder, init, merged, kratos, uiUrl, jumioUrl, doctor } = await quickstart();
    expect(merged.out).toContain('registration.after.password.hooks: `session`, `show_verification_ui`');
    expect([mode(join(folder, '.env')), mode(join(folder, 'kratos.jumio.yml'))]).toEqual(['600', '600']);
    const [, secret = ''] = /^ORY_WEBHOOK_SECRET=(.+)$/m.exec(readFileSync(join(folder, '.env'), 'utf8')) ?? [];
    expect(secret).toHaveLength(64);
    expect(init.out + merged.out).not.toContain(secret);

    const { green, findings, code } = await doctor();
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect([green, code]).toEqual([true, 0]);

    const browser = createBrowser();
    const signedUp = await signUp(kratos, newCredentials(), { as: 'browser', browser });
    expect(signedUp).toMatchObject({ signedIn: true });
    // The operator's own hook still leads to the page that confirms the address, and that page is there.
    expect(signedUp.location).toContain(`${uiUrl}/verification`);
    expect((await browser.get(signedUp.location ?? '')).text).toContain('Confirm your e-mail address');
    const home = await browser.get(`${uiUrl}/welcome`, { follow: true });
    // By the typed client, with the person's own cookie.
    expect(home.text).toContain('You can go on with your verification now.');
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

  test('verified before authenticated: the first session is that of a verified person', async () => {
    const policy = fileURLToPath(new URL('../../docs/examples/policy.verified-first.yaml', import.meta.url));
    const { merged, kratos, publicUrl, jumioUrl, doctor } = await quickstart({
      flags: ['--no-session'],
      env: { POLICY_FILE: policy },
    });
    expect(merged.out).toContain('registration.after.password.hooks: `session` is removed, as --no-session asks');
    const { green, findings, passed } = await doctor();
    expect(findings.filter(({ severity }) => severity !== 'info')).toEqual([]);
    expect([green, passed.map(({ says }) => says)]).toEqual([
      true,
      expect.arrayContaining(['nobody is signed in before they are verified']),
    ]);

    const [browser, person] = [createBrowser(), newCredentials()];
    const isSignedIn = async () => (await whoami(kratos, { browser })).status === 200;
    expect(await signUp(kratos, person, { as: 'browser', browser })).toMatchObject({ signedIn: false });
    expect(await isSignedIn()).toBe(false);
    // The verification has no session to go by, and offers the sign-in.
    const verify = await browser.get(`${publicUrl}/jumio/verify`);
    expect([verify.status, verify.text]).toEqual([
      401,
      expect.stringContaining(`${kratos.publicUrl}/self-service/login`),
    ]);

    // At once, before Jumio has answered, and later: the refusal leads on.
    const refused = await signIn(kratos, person, { as: 'browser', browser });
    expect(refused).toMatchObject({ signedIn: false, messages: [{ id: 4990003 }] });
    const url = await eventually(async () => {
      const { messages } = await signIn(kratos, person, { as: 'browser', browser });
      return refusal.parse(messages).at(0)?.context.url ?? '';
    });
    const recovered = await recover(kratos, await identityOf(kratos.adminUrl, person.email), { as: 'browser' });
    expect(recovered).toMatchObject({ signedIn: false });

    const hosted = await toJumio(browser, url);
    expect([hosted.url.startsWith(jumioUrl), await isSignedIn()]).toEqual([true, false]);
    await browser.submit(hosted, { outcome: 'pass' }, { follow: true });
    expect(await isSignedIn()).toBe(false);
    await eventually(async () => {
      expect(await signIn(kratos, person, { as: 'browser', browser })).toMatchObject({ signedIn: true });
    });
    const { session } = await whoami(kratos, { browser });
    expect(session?.identity.metadata_public).toMatchObject({ jumio: { status: 'approved' } });
  });
});

/** Redeems a one-time link, agrees, and goes on: to Jumio's page. Presses again while Jumio has not answered yet. */
function toJumio(browser: Browser, link: string): Promise<Answer> {
  let page: Promise<Answer> | undefined;
  return eventually(async () => {
    page = page === undefined ? browser.get(link, { follow: true }) : page;
    const entered = await page;
    const next = await browser.submit(entered, {}, { follow: true });
    page = Promise.resolve(next);
    expect(next.text).toContain('Choose what Jumio finds');
    return next;
  });
}

const identities = z.array(z.object({ id: z.string() })).length(1);

async function identityOf(adminUrl: string, email: string): Promise<string> {
  const url = `${adminUrl}/admin/identities?credentials_identifier=${encodeURIComponent(email)}`;
  return identities.parse((await send({ method: 'GET', url })).json())[0]?.id ?? '';
}
