import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { stringify } from 'yaml';
import { filledActions } from '../../../sandbox/kratos/config/actions.ts';
import { realConfig } from '../../../sandbox/kratos/real/config.ts';
import { startTwilioSandbox } from '../../../sandbox/twilio/start.ts';
import type { Environment } from '../../../webhook/config/problem.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { runCli } from '../../support/clients/cli.ts';
import { transactionsWith } from '../../support/doctor/payment-sites.ts';
import { json, type Responder, refusingUrl, startRecordingServer } from '../../support/fakes/http-server.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { freshFolder, sqlite } from '../../support/service/databases.ts';
import { testService } from '../../support/service/service.ts';
import { withTwilio } from '../../support/transactions/payers.ts';

const NO_SESSION = { error: { code: 401, status: 'Unauthorized', message: 'The request could not be authorized' } };

/** The answers of Kratos and Jumio to the doctor, by path. */
type Answers = Readonly<Record<string, Responder>>;

const WELL: Answers = {
  '/admin/identities?page_size=1': json(200, [{ id: 'somebody', traits: { email: CANARIES.email } }]),
  '/sessions/whoami': json(401, NO_SESSION),
  '/oauth2/token': json(200, { access_token: CANARIES.bearerToken, expires_in: 3600 }),
};

async function startUpstreams(changes: Answers) {
  const answers = { ...WELL, ...changes };
  const server = await startRecordingServer((response, request) =>
    (answers[request.path] ?? json(404, {}))(response, request),
  );
  onTestFinished(server.close);
  return server;
}

interface Changes {
  readonly answers?: Answers;
  readonly hookUrl?: string;
  /** The service URL of the hooks of an eID; by default that of the other hooks. */
  readonly eidUrl?: string;
  readonly secret?: string;
  /** Changes of the environment of the running service. */
  readonly env?: Environment;
}

/** A running service, its upstreams, and Kratos' configuration in two files. */
async function installation(changes: Changes = {}) {
  const service = await testService({ idle: true, env: changes.env ?? {} });
  const url = await service.app.listen({ port: 0, host: '127.0.0.1' });
  const server = await startUpstreams(changes.answers ?? {});
  const options = {
    serviceUrl: changes.hookUrl ?? url,
    webhookSecret: changes.secret ?? CANARIES.webhookSecret,
    verifyUrl: url,
    uiUrl: 'http://127.0.0.1:1',
    publicHost: '127.0.0.1',
    cookieDomain: '127.0.0.1',
  };
  const folder = await freshFolder();
  const files = [join(folder, 'kratos.yaml'), join(folder, 'ory-actions.yaml')] as const;
  const ports = { public: Number(new URL(server.url).port), admin: 4434 };
  await writeFile(files[0], stringify(realConfig(options, ports, '/nowhere.sqlite', 'v26.2.0')));
  const eidUrl = changes.eidUrl ?? options.serviceUrl;
  await writeFile(files[1], filledActions(options).replaceAll(`${options.serviceUrl}/eid/`, `${eidUrl}/eid/`));
  const env = {
    KRATOS_ADMIN_URL: server.url,
    KRATOS_PUBLIC_URL: server.url,
    JUMIO_AUTH_URL: `${server.url}/oauth2/token`,
    JUMIO_API_BASE_URL: server.url,
    PUBLIC_URL: url,
    BRAND_NAME: 'Acme',
    PRIVACY_URL: 'https://acme.example/privacy',
    SUPPORT_ADDRESS: 'help@acme.example',
    DEFAULT_RETURN_URL: 'https://app.example.com/account',
  };
  const doctor = (more: Environment = {}, ...flags: string[]) =>
    runCli(service, ['doctor', '--kratos-config', ...files, ...flags], { env: { ...env, ...more } });
  return { service, server, doctor, env };
}

interface Printed {
  readonly green: boolean;
  readonly findings: readonly { id: string; severity: string; fix: { lines: string[] } }[];
  readonly passed: readonly { says: string }[];
}

async function findings(run: ReturnType<typeof runCli>): Promise<{ code: number; wrong: string[] }> {
  const { code, out } = await run;
  const report: Printed = JSON.parse(out);
  const wrong = report.findings.filter(({ severity }) => severity !== 'info').map(({ id }) => id);
  return { code, wrong: [...new Set(wrong)] };
}

describe('doctor on a whole installation', () => {
  it('doctor on a correct installation is green, exits with 0, and lists what it could not check', async () => {
    const { doctor } = await installation();
    const { code, out, err } = await doctor();
    expect({ code, err, out }).toMatchObject({ code: 0, err: '', out: expect.stringContaining('Nothing is wrong') });
    expect(out).toContain('✓ the running service accepts each hook');
    expect(out).toContain('✓ the running service applies the policy, mode and secrets that are read here');
    expect(out).toContain('not checkable from here\n  ? that the key may change identities');
  });

  it('doctor without Kratos’ configuration says that not everything was checked', async () => {
    const { service, env } = await installation();
    const { code, out } = await runCli(service, ['doctor'], { env });
    expect(code).toBe(0);
    expect(out).not.toContain('Nothing is wrong');
    expect(out).toContain('not everything was checked');
  });

  it('doctor names a hook of one file that the other file drops', async () => {
    const { doctor } = await installation();
    const more = join(await freshFolder(), 'more.yaml');
    await writeFile(
      more,
      stringify({ selfservice: { flows: { login: { after: { password: { hooks: [{ hook: 'session' }] } } } } } }),
    );
    const { wrong } = await findings(doctor({}, more, '--json'));
    expect(wrong).toContain('hook-dropped');
  });

  it('doctor changes nothing: not in the ledger, and only reads from Kratos and Jumio', async () => {
    const { doctor, service, server } = await installation();
    const before = await service.ctx.ledger.events(null);
    await doctor();
    expect(await service.ctx.ledger.events(null)).toEqual(before);
    expect(await service.ctx.ledger.nextDue(jobs)).toEqual([]);
    expect(server.requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'GET /admin/identities?page_size=1',
      'GET /sessions/whoami',
      'POST /oauth2/token',
    ]);
  });

  it('doctor’s probes are no failures in the log of the service', async () => {
    const { doctor, service } = await installation();
    await doctor();
    expect(service.logs.text()).toContain('a probe of the doctor: refused, as it must be');
    expect(service.logs.text()).not.toMatch(/could not record|callback rejected|sign-in refused|sign-up refused/);
  });

  it('a forged mark of the doctor hides no refusal of a body', async () => {
    const { service } = await installation();
    const headers = { 'x-webhook-secret': CANARIES.webhookSecret, 'x-doctor-probe': '1' };
    for (const [url, said] of [
      ['/jumio/initiate', 'could not record a sign-up'],
      ['/jumio/validate', 'sign-in refused'],
      ['/jumio/callback', 'callback rejected'],
    ] as const) {
      const { statusCode } = await service.app.inject({ method: 'POST', url, headers, payload: { kratos: 'nobody' } });
      expect([url, statusCode >= 400]).toEqual([url, true]);
      expect(service.logs.text()).toContain(said);
    }
  });

  it('doctor prints no secret and no personal data, whatever is wrong', async () => {
    const { doctor } = await installation({ secret: 'canary-of-another-secret' });
    for (const flags of [[], ['--json']]) {
      const { out, err } = await doctor({}, ...flags);
      expect(out + err).not.toMatch(/canary-of/);
      expect(out).not.toMatch(/sandbox-only/);
    }
  });

  it('doctor reports hooks that lead to the public listener although HOOKS_PORT is set, and names their URL', async () => {
    const HOOKS_PORT = '3001';
    const { doctor, env } = await installation({ env: { HOOKS_PORT } });
    const { port } = new URL(env.PUBLIC_URL);
    const { code, wrong } = await findings(doctor({ PORT: port, HOOKS_PORT }, '--json'));
    expect({ code, wrong }).toEqual({ code: 1, wrong: ['hook-at-public-port'] });
    const { out } = await doctor({ PORT: port, HOOKS_PORT });
    expect(out).toContain('url: http://127.0.0.1:3001/jumio/validate');
  });

  it('doctor finds nothing wrong with hooks that lead to HOOKS_PORT', async () => {
    const service = await testService({ idle: true, env: { HOOKS_PORT: '3001' } });
    const hookUrl = await service.hooks.listen({ port: 0, host: '127.0.0.1' });
    const right = await installation({ hookUrl });
    const { wrong } = await findings(right.doctor({ HOOKS_PORT: new URL(hookUrl).port }, '--json'));
    expect(wrong).toEqual([]);
  });

  it('doctor reports that the running service has another secret, even if the files agree', async () => {
    const { doctor } = await installation({ secret: 'canary-of-another-secret' });
    const { code, wrong } = await findings(doctor({ ORY_WEBHOOK_SECRET: 'canary-of-another-secret' }, '--json'));
    expect({ code, wrong }).toEqual({ code: 1, wrong: ['service-refuses-secret'] });
  });

  it('hooks that all send another secret are one error, which says whether they or `.env` are the odd ones out', async () => {
    const another = 'canary-of-another-secret';
    const hooksDiffer = await installation({ secret: another });
    expect(await findings(hooksDiffer.doctor({}, '--json'))).toEqual({ code: 1, wrong: ['hook-secret-differs'] });
    const { out: ofHooks } = await hooksDiffer.doctor();
    expect(ofHooks).toContain('so Kratos’ configuration is the odd one out');
    expect(ofHooks.trimEnd().split('\n').at(-1)).toMatch(
      /^ {2}✗ \d+ hooks send another secret .+ \(hook-secret-differs\)$/,
    );
    const envDiffers = await installation();
    const { code, out } = await envDiffers.doctor({ ORY_WEBHOOK_SECRET: another });
    expect(code).toBe(1);
    expect(out).toContain('1 error, ');
    expect(out).toContain('refuses that one too, so what is read here is the odd one out');
  });

  it('where nothing answers doctor says so first, once, and asks whether it is started', async () => {
    const nowhere = await refusingUrl();
    const { doctor } = await installation({ hookUrl: nowhere });
    const urls = { KRATOS_ADMIN_URL: nowhere, KRATOS_PUBLIC_URL: nowhere, JUMIO_AUTH_URL: `${nowhere}/oauth2/token` };
    const env = { ...urls, JUMIO_API_BASE_URL: nowhere, PUBLIC_URL: nowhere, PORT: new URL(nowhere).port };
    const { wrong } = await findings(doctor(env, '--json'));
    const ofConfiguration = ['sign-up-leads-elsewhere', 'return-url-not-allowed', 'kratos-elsewhere'];
    expect(wrong.filter((id) => !ofConfiguration.includes(id))).toEqual(['nothing-answers']);
    const { out } = await doctor(env);
    expect(out.split('\n')[0]).toBe(`Nothing answers at ${nowhere}: is it started?`);
  });

  it('doctor --wait waits until all answer, and not longer than it is told to', async () => {
    const { doctor } = await installation();
    const later = await startUpstreams({});
    await later.close();
    const { port } = new URL(later.url);
    const before = Date.now();
    const running = doctor({ KRATOS_PUBLIC_URL: later.url }, '--wait', '30', '--json');
    const opened = createServer((_request, response) => response.writeHead(401).end('{"error":{}}'));
    onTestFinished(() => void opened.close());
    setTimeout(() => opened.listen(Number(port), '127.0.0.1'), 700);
    expect((await findings(running)).wrong).not.toContain('whoami-not-kratos');
    expect(Date.now() - before).toBeLessThan(20_000);
    expect((await doctor({ PORT: new URL(await refusingUrl()).port }, '--wait', '1')).out).toContain('not checkable');
    expect((await doctor({}, '--wait', 'long')).code).toBe(2);
  });

  it('doctor reports that the running service applies another policy and mode than it reads', async () => {
    const { doctor } = await installation({ env: { GATE_MODE: 'shadow' } });
    const { code, wrong } = await findings(doctor({ POLICY: '{ rules: [{ then: allow }] }' }, '--json'));
    expect({ code, wrong }).toEqual({ code: 1, wrong: ['service-policy-differs', 'service-mode-differs'] });
  });

  it('doctor warns if the URL of the hooks does not respond, and exits with 0', async () => {
    const { doctor } = await installation({ hookUrl: await refusingUrl() });
    expect(await findings(doctor({}, '--json'))).toEqual({ code: 0, wrong: ['service-unreachable'] });
  });

  it('doctor reports a fault in several places once, and names each place', async () => {
    const { doctor } = await installation({ hookUrl: await refusingUrl() });
    const { out } = await doctor();
    const count = (text: string): number => out.split(text).length - 1;
    expect(count('(service-unreachable)')).toBeGreaterThan(2);
    expect(count('/jumio/initiate gives no answer from here')).toBe(1);
    expect(count('If it does not either, every sign-up and sign-in fails.')).toBe(1);
    expect(count('start the service, or run the doctor where Kratos runs')).toBe(1);
  });

  it('doctor reports another service at the URL', async () => {
    const other = await startUpstreams({});
    const { doctor } = await installation({ hookUrl: other.url });
    expect(await findings(doctor({}, '--json'))).toEqual({ code: 1, wrong: ['not-the-service'] });
  });

  it('doctor calls the hooks of an eID too: behind a proxy that passes /jumio/ only, sign-ups would be refused', async () => {
    const proxy = await startUpstreams({});
    const { doctor } = await installation({ eidUrl: proxy.url });
    const { out } = await doctor();
    expect(proxy.requests.map(({ method, path }) => `${method} ${path}`).sort()).toEqual([
      'POST /eid/assurance',
      'POST /eid/link',
    ]);
    for (const path of ['/eid/assurance', '/eid/link'])
      expect(out).toContain(`${proxy.url}${path} answers 404, which this service would not`);
  });

  it.each([
    ['kratos-key-refused', { '/admin/identities?page_size=1': json(401, NO_SESSION) }],
    ['kratos-admin-unreachable', { '/admin/identities?page_size=1': json(200, { pretends: 'to be Kratos' }) }],
    ['whoami-not-kratos', { '/sessions/whoami': html(401) }],
    ['whoami-not-kratos', { '/sessions/whoami': html(302) }],
    ['jumio-credentials-refused', { '/oauth2/token': json(401, { error: 'invalid_client' }) }],
    ['jumio-unreachable', { '/oauth2/token': json(200, { no: 'token' }) }],
  ])('doctor finds %s', async (id, answers) => {
    const { doctor } = await installation({ answers });
    expect(await findings(doctor({}, '--json'))).toEqual({ code: 1, wrong: [id] });
  });

  it('doctor warns of a wrong clock', async () => {
    const date = new Date(Date.now() - 90_000).toUTCString();
    const token = json(200, { access_token: CANARIES.bearerToken, expires_in: 3600 }, { date });
    const { doctor } = await installation({ answers: { '/oauth2/token': token } });
    expect(await findings(doctor({}, '--json'))).toEqual({ code: 0, wrong: ['clock'] });
  });

  it('doctor warns if callbacks to PUBLIC_URL do not arrive', async () => {
    const { doctor } = await installation();
    const refusing = await refusingUrl();
    expect((await findings(doctor({ PUBLIC_URL: refusing }, '--json'))).wrong).toContain('callback-does-not-arrive');
  });

  it('doctor reports that creation is paused, and why', async () => {
    const { doctor, service } = await installation();
    await service.ctx.ledger.budgets.stop('Jumio gave no link: is the domain prefix set?', Date.now());
    const { code, out } = await doctor();
    expect({ code, out }).toMatchObject({ code: 1, out: expect.stringContaining('is the domain prefix set?') });
  });

  it('doctor reports every invalid variable, and still checks Kratos’ configuration', async () => {
    const { doctor } = await installation();
    const { code, wrong } = await findings(doctor({ JUMIO_CLIENT_ID: '', PORT: 'x' }, '--json'));
    expect({ code, wrong }).toEqual({ code: 1, wrong: ['variable'] });
  });
});

describe('doctor and the ledger', () => {
  it('doctor reports a missing ledger, and makes none', async () => {
    const { doctor } = await installation();
    const url = await sqlite.fresh();
    for (let twice = 0; twice < 2; twice += 1)
      expect((await doctor({ DATABASE_URL: url })).out).toContain('there is no ledger yet');
  });

  it('doctor reports a ledger that cannot be opened', async () => {
    const { doctor } = await installation();
    const file = join(await freshFolder(), 'ledger.sqlite');
    await writeFile(file, 'this is no database, whatever its name says, and long enough to be read as one');
    expect((await findings(doctor({ DATABASE_URL: `file:${file}` }, '--json'))).wrong).toEqual(['ledger-closed']);
  });
});

describe('doctor usage errors', () => {
  it.each([
    ['/nowhere/kratos.yaml', 'file not found: /nowhere/kratos.yaml'],
    ['/etc/hostname', '.yaml'],
  ])('doctor with %s exits with 2', async (file, word) => {
    const service = await testService({ idle: true });
    const { code, err } = await runCli(service, ['doctor', '--kratos-config', file]);
    expect({ code, err }).toEqual({ code: 2, err: expect.stringContaining(word) });
  });
});

function html(status: number): Responder {
  return (response) =>
    response.writeHead(status, { location: '/login', 'content-type': 'text/html' }).end('<h1>Sign in</h1>');
}

describe('doctor on payments', () => {
  it('the signer of hints is asked for its discovery document, and passes or is named', async () => {
    const { doctor, server } = await installation();
    const TRANSACTIONS = transactionsWith(
      { factors: ['face'], hint: { issuer: server.url } },
      { passkey: undefined, face: { workflow_key: '10014' } },
    );
    const { wrong } = await findings(doctor({ TRANSACTIONS }, '--json'));
    expect(wrong).toContain('hint-issuer-unreachable');
    expect(server.requests.map(({ path }) => path)).toContain('/.well-known/openid-configuration');
    const document = { issuer: server.url, jwks_uri: `${server.url}/jwks` };
    const answering = await installation({
      answers: { '/.well-known/openid-configuration': (response, request) => json(200, document)(response, request) },
    });
    const elsewhere = TRANSACTIONS.replaceAll(server.url, answering.server.url);
    expect((await findings(answering.doctor({ TRANSACTIONS: elsewhere }, '--json'))).wrong).toContain(
      'hint-issuer-differs',
    );
    document.issuer = answering.server.url;
    expect((await findings(answering.doctor({ TRANSACTIONS: elsewhere }, '--json'))).wrong.join()).not.toContain(
      'hint',
    );
  });

  it('the service of Twilio is read, and a wrong SID, a wrong secret and a missing PSD2 mode are named', async () => {
    const { doctor } = await installation();
    const sandbox = await startTwilioSandbox();
    onTestFinished(() => sandbox.stop());
    const TRANSACTIONS = transactionsWith({ factors: ['sms'], hint: undefined }, { passkey: undefined });
    const of = async (more: object = {}) => {
      const { wrong } = await findings(doctor({ ...withTwilio(sandbox.url), TRANSACTIONS, ...more }, '--json'));
      return wrong.filter((id) => id.includes('twilio'));
    };
    expect(await of()).toEqual([]);
    expect(await of({ TWILIO_VERIFY_SERVICE: `VA${'00'.repeat(16)}` })).toEqual(['twilio-service-unknown']);
    expect(await of({ TWILIO_API_SECRET: 'of-somebody-else' })).toEqual(['twilio-credentials']);
    const set = { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{"psd2Enabled":false}' };
    expect((await fetch(`${sandbox.url}/control/settings`, set)).status).toBe(200);
    expect(await of()).toEqual(['twilio-without-psd2']);
  });
});
