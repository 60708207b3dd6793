import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { findProgram } from '../../../sandbox/stack/find-program.ts';
import { decide } from '../../support/builders/people.ts';
import { listen } from '../../support/clients/raw-http.ts';
import { json, type RecordingServer, startRecordingServer } from '../../support/fakes/http-server.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { filled, folderForTest, running } from '../../support/repository/recipes.ts';
import { signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

/** Folders of system programs that a user’s PATH may lack. */
const SYSTEM = ['/usr/sbin', '/usr/local/sbin'];

const nginx = findProgram({ names: ['nginx'], variable: 'NGINX_BIN', folders: SYSTEM });

const oathkeeper = findProgram({ names: ['oathkeeper'], variable: 'OATHKEEPER_BIN' });

const SIGN_IN = 'https://auth.example.com/self-service/login/browser';

const VERIFY = 'https://verify.example.com';

async function upstream(answer: Parameters<typeof startRecordingServer>[0]): Promise<RecordingServer> {
  const server = await startRecordingServer(answer);
  onTestFinished(() => server.close());
  return server;
}

async function verdictOf(service: TestService, type: 'PASSED' | 'REJECTED'): Promise<string> {
  const id = randomUUID();
  await signUp(service, id);
  await decide(service, id, type);
  return id;
}

/** nginx in front of an application, asking a service. */
async function behindNginx(program: string) {
  const [service, app] = [await testService(), await upstream(json(200, {}))];
  const [folder, port] = [await folderForTest(), await freePort()];
  const values = { LISTEN: `127.0.0.1:${port}`, APPLICATION_URL: app.url, PUBLIC_URL: VERIFY, SIGN_IN_URL: SIGN_IN };
  const serviceUrl = `http://127.0.0.1:${await listen(service)}`;
  const server = await filled('nginx/verified.conf', folder, { ...values, SERVICE_URL: serviceUrl });
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${folder}/t;`,
  );
  const http = `access_log off; ${temporary.join(' ')} include ${server};`;
  const main = `daemon off; worker_processes 1; pid ${folder}/pid; error_log stderr; events {} http { ${http} }`;
  await writeFile(join(folder, 'nginx.conf'), main);
  const url = `http://127.0.0.1:${port}`;
  await running(program, ['-p', folder, '-c', join(folder, 'nginx.conf')], `${url}/`);
  return { service, app, url };
}

describe.skipIf(nginx === undefined)('the nginx recipe (skipped without nginx: PATH or NGINX_BIN)', () => {
  it('nginx admits verified persons, redirects others to sign in or to verify, and overwrites their headers', async () => {
    const { service, app, url } = await behindNginx(nginx ?? '');
    const [approved, rejected] = [await verdictOf(service, 'PASSED'), await verdictOf(service, 'REJECTED')];
    const unverified = randomUUID();
    const get = (headers: Record<string, string>) => fetch(`${url}/account`, { headers, redirect: 'manual' });
    const lies = { 'x-identity-id': approved, 'x-verification-status': 'approved' };
    const visitor = await get(lies);
    expect([visitor.status, visitor.headers.get('location')]).toEqual([303, SIGN_IN]);
    for (const id of [rejected, unverified]) {
      const refused = await get({ ...lies, cookie: service.kratos.signIn(id) });
      expect([refused.status, refused.headers.get('location')]).toEqual([303, `${VERIFY}/jumio/verify`]);
    }
    expect(app.requests).toEqual([]);
    const let_in = await get({ 'x-identity-id': rejected, cookie: service.kratos.signIn(approved) });
    expect(let_in.status).toBe(200);
    expect(app.requests[0]?.headers).toMatchObject({ 'x-identity-id': approved, 'x-verification-status': 'approved' });
    await service.app.close();
    expect((await get({ cookie: service.kratos.signIn(approved) })).status).toBe(500);
  });
});

interface Shown {
  readonly id: string;
  readonly metadata_public?: object;
}

/** Kratos’ whoami, as Oathkeeper calls it: the cookie names the identity. */
function whoami(sessions: ReadonlyMap<string, Shown>): Parameters<typeof startRecordingServer>[0] {
  return (response, request) => {
    const identity = sessions.get(request.headers.cookie ?? '');
    json(identity ? 200 : 401, identity ? { active: true, identity } : {})(response, request);
  };
}

/** Oathkeeper in front of an application, asking Kratos and a service. */
async function behindOathkeeper(program: string, sessions: ReadonlyMap<string, Shown>, service: TestService) {
  const [app, kratos, folder] = [
    await upstream(json(200, {})),
    await upstream(whoami(sessions)),
    await folderForTest(),
  ];
  const [port, apiPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const rules = await filled('oathkeeper/rules.yaml', folder, { PROXY_URL: url, APPLICATION_URL: app.url });
  const values = { KRATOS_PUBLIC_URL: kratos.url, SERVICE_URL: `http://127.0.0.1:${await listen(service)}` };
  const secrets = { DECISION_SECRET: CANARIES.decisionSecret, RULES_FILE: rules };
  const config = await filled('oathkeeper/oathkeeper.yaml', folder, { ...values, ...secrets });
  const ports = `serve: { proxy: { host: 127.0.0.1, port: ${port} }, api: { host: 127.0.0.1, port: ${apiPort} } }\n`;
  await writeFile(join(folder, 'ports.yaml'), ports);
  const args = ['serve', '-c', config, '-c', join(folder, 'ports.yaml')];
  await running(program, args, `http://127.0.0.1:${apiPort}/health/ready`);
  return { app, url };
}

describe.skipIf(oathkeeper === undefined)(
  'the Oathkeeper recipe (skipped without oathkeeper: PATH or OATHKEEPER_BIN)',
  () => {
    it('Oathkeeper admits verified persons only, and sends the decision secret instead of the client’s token', async () => {
      const service = await testService();
      const [approved, rejected] = [await verdictOf(service, 'PASSED'), await verdictOf(service, 'REJECTED')];
      const cookies = {
        yes: 'ory_kratos_session=a',
        no: 'ory_kratos_session=b',
        lost: 'ory_kratos_session=c',
        new: 'ory_kratos_session=d',
      };
      const sessions = new Map<string, Shown>([
        [cookies.yes, { id: approved }],
        [cookies.no, { id: rejected }],
        // Unknown to this ledger, but not to the published copy.
        [cookies.lost, { id: randomUUID(), metadata_public: { jumio: { status: 'rejected' } } }],
        // Unknown to both: may sign in, and is not verified.
        [cookies.new, { id: randomUUID() }],
      ]);
      const { app, url } = await behindOathkeeper(oathkeeper ?? '', sessions, service);
      const get = (headers: Record<string, string>) => fetch(`${url}/account`, { headers });
      expect((await get({ 'x-identity-id': approved })).status).toBe(401);
      expect((await get({ cookie: cookies.no })).status).toBe(403);
      expect((await get({ cookie: cookies.lost })).status).toBe(403);
      expect((await get({ cookie: cookies.new })).status).toBe(403);
      expect(app.requests).toEqual([]);
      const own = { authorization: 'Bearer canary-of-the-bearer-token', 'x-identity-id': rejected };
      expect((await get({ ...own, cookie: cookies.yes })).status).toBe(200);
      expect(app.requests[0]?.headers).toMatchObject({
        'x-identity-id': approved,
        'x-verification-status': 'approved',
      });
    });
  },
);
