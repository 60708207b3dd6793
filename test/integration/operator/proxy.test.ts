import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { json, type RecordingServer, startRecordingServer } from '../../support/fakes/http-server.ts';
import { consoleService, operatorsYaml, STAFF } from '../../support/operator/console.ts';
import { freshFolder } from '../../support/service/databases.ts';
import type { TestService } from '../../support/service/service.ts';

const ISSUER = 'https://proxy.example.com';

const AUDIENCE = 'the-console';

const HEADER = 'x-proxy-assertion';

const { privateKey, publicKey } = await generateKeyPair('ES256', { extractable: true });

const foreign = await generateKeyPair('ES256', { extractable: true });

let keys: RecordingServer;

let service: TestService;

beforeAll(async () => {
  const jwk = { ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  keys = await startRecordingServer(json(200, { keys: [jwk] }));
  service = await consoleService({}, proxyYaml());
});

afterAll(async () => {
  await service.close();
  await keys.close();
});

/** @param more further members */
function proxyYaml(more = '', audience = AUDIENCE): string {
  return `proxy: { header: ${HEADER}, issuer: "${ISSUER}", audience: ${audience}, jwks: "${keys.url}/jwks"${more} }`;
}

interface Assertion {
  readonly issuer?: string;
  readonly audience?: string;
  readonly subject?: string;
  /** Seconds from now. */
  readonly issued?: number;
  readonly expires?: number;
  readonly key?: CryptoKey;
  /** When the person signed in, in seconds from now. */
  readonly signedIn?: number | undefined;
}

const seconds = (): number => Math.floor(service.clock.now() / 1_000);

function claimsOf({
  issuer = ISSUER,
  audience = AUDIENCE,
  subject = STAFF.approver.id,
  issued = 0,
  expires = 300,
  signedIn,
}: Assertion) {
  const claims = { iss: issuer, aud: audience, sub: subject, iat: seconds() + issued, exp: seconds() + expires };
  return signedIn === undefined ? claims : { ...claims, auth_time: seconds() + signedIn };
}

function sign(assertion: Assertion = {}): Promise<string> {
  const header = { alg: 'ES256', kid: 'one' };
  return new SignJWT(claimsOf(assertion)).setProtectedHeader(header).sign(assertion.key ?? privateKey);
}

function get(path: string, assertion?: string, more = {}) {
  const headers = { ...(assertion === undefined ? {} : { [HEADER]: assertion }), ...more };
  return service.app.inject({ method: 'GET', url: path, headers });
}

describe('an assertion of a proxy', () => {
  it('that is genuine makes the operator whom it names, with their role', async () => {
    expect((await get('/operator/audit', await sign())).statusCode).toBe(200);
    const reviewer = await sign({ subject: STAFF.reviewer.id });
    expect((await get('/operator', reviewer)).body).toContain(STAFF.reviewer.name);
    expect((await get('/operator/audit', reviewer)).statusCode).toBe(403);
    expect((await get('/operator', await sign({ subject: 'somebody' }))).statusCode).toBe(403);
  });

  it.each([
    ['a foreign issuer', 'issuer', () => sign({ issuer: 'https://other.example.com' })],
    ['a foreign audience', 'audience', () => sign({ audience: 'another-application' })],
    ['a foreign key', 'signature', () => sign({ key: foreign.privateKey })],
    ['an end that is over', 'expired', () => sign({ issued: -700, expires: -300 })],
    ['a beginning that is to come', 'not-yet-valid', () => sign({ issued: 700, expires: 900 })],
    ['alg none', 'algorithm', async () => new UnsecuredJWT(claimsOf({})).encode()],
    ['a secret that is the public key', 'algorithm', async () => symmetric()],
    ['no assertion at all', 'unreadable', async () => STAFF.approver.id],
  ])('with %s is 401 on every page, and the log says %s', async (_what, flaw, make) => {
    const before = service.logs.text().length;
    for (const path of ['/operator', '/operator/audit.jsonl', `/operator/people/${STAFF.viewer.id}`]) {
      const answer = await get(path, await make(), { cookie: service.kratos.signIn(STAFF.approver.id) });
      expect(answer.statusCode).toBe(401);
      expect(answer.body).not.toMatch(/<table|Ann Approver/);
    }
    expect(service.logs.text().slice(before)).toContain(`"seen":"${flaw}"`);
  });

  it('is needed where Kratos knows no session: a header that is not signed counts for nothing', async () => {
    expect((await get('/operator')).statusCode).toBe(401);
    expect((await get('/operator', undefined, { 'x-forwarded-user': STAFF.approver.id })).statusCode).toBe(401);
  });

  it.each([
    ['of an old sign-in', -3_600],
    ['that does not say when somebody signed in', undefined],
  ])('%s looks, and decides nothing, however new it is', async (_what, signedIn) => {
    const page = await get(`/operator/people/${STAFF.viewer.id}`, await sign({ signedIn }));
    expect(page.body).toContain('too old to decide');
    // An account at Kratos would change nothing: the proxy's word counts.
    expect(page.body).not.toContain('self-service');
    expect(page.body).toContain('Sign out at the proxy in front');
    const now = await get(`/operator/people/${STAFF.viewer.id}`, await sign({ signedIn: -60 }));
    expect(now.body).toContain('name="choice"');
  });

  it('is led to the sign-in of the proxy where the list names one; with iat the assertion itself is the sign-in', async () => {
    const own = await consoleService({}, proxyYaml(', sign_in: "https://proxy.example.com/in", signed_in: iat'));
    const page = async (issued: number) => {
      const headers = { [HEADER]: await sign({ issued }) };
      return (await own.app.inject({ method: 'GET', url: `/operator/people/${STAFF.viewer.id}`, headers })).body;
    };
    try {
      expect(await page(-60)).toContain('name="choice"');
      expect(await page(-3_600)).toContain('href="https://proxy.example.com/in"');
    } finally {
      await own.close();
    }
  });

  it('counts by what the file of the list says at the request: a proxy that was taken out or corrected, without a restart', async () => {
    const path = join(await freshFolder(), 'operators.yaml');
    await writeFile(path, operatorsYaml(proxyYaml()));
    const own = await consoleService({ OPERATORS: undefined, OPERATORS_FILE: path });
    const status = async () =>
      (await own.app.inject({ method: 'GET', url: '/operator', headers: { [HEADER]: await sign() } })).statusCode;
    try {
      expect(await status()).toBe(200);
      await writeFile(path, operatorsYaml(proxyYaml('', 'another-application')));
      expect(await status()).toBe(401);
      await writeFile(path, operatorsYaml());
      expect(await status()).toBe(401);
      await writeFile(path, operatorsYaml(proxyYaml()));
      expect(await status()).toBe(200);
    } finally {
      await own.close();
    }
  });

  it('whose keys cannot be read is 503, and the operator is told so', async () => {
    const proxy = `proxy: { header: ${HEADER}, issuer: "${ISSUER}", audience: ${AUDIENCE}, jwks: "http://127.0.0.1:9/jwks" }`;
    const own = await consoleService({}, proxy);
    try {
      const answer = await own.app.inject({ method: 'GET', url: '/operator', headers: { [HEADER]: await sign() } });
      expect(answer.statusCode).toBe(503);
    } finally {
      await own.close();
    }
  });
});

async function symmetric(): Promise<string> {
  const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(publicKey)));
  return new SignJWT(claimsOf({})).setProtectedHeader({ alg: 'HS256', kid: 'one' }).sign(secret);
}
