import { randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { callback, callbackOf, validate } from '../../support/clients/calls.ts';
import { gateMessage } from '../../support/clients/gate-message.ts';
import { listen, openConnection, send } from '../../support/clients/raw-http.ts';
import { process, unanswered } from '../../support/fakes/jumio.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { eventually, recordOf, signUp, untilStatus } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

const SECRET = CANARIES.webhookSecret;

const HEADERS = ['content-type', 'application/json', 'x-webhook-secret', SECRET];

const REJECTED = gateMessage(4990001, 'rejected');

function copy(status: unknown) {
  return { metadata_public: { jumio: { status } } };
}

/** A sign-in of an identity that the ledger does not know, with the given published copy. */
async function signIn(service: TestService, details: object) {
  return validate(service, { kratos_identity_id: randomUUID(), ...details });
}

/** An identity with a verdict. */
async function decided(
  service: TestService,
  type: 'PASSED' | 'WARNING' | 'REJECTED',
  status: 'approved' | 'review' | 'rejected',
) {
  const id = randomUUID();
  const execution = await signUp(service, id);
  process(execution, type, service.clock.now());
  await callback(service, callbackOf(execution));
  await untilStatus(service, id, status);
  return id;
}

describe('validate by the ledger', () => {
  it('an allowed sign-in is 204, without body and content-length', async () => {
    const service = await testService();
    const body = JSON.stringify({ kratos_identity_id: randomUUID() });
    const answer = await send(await listen(service), { path: '/jumio/validate', headers: HEADERS, body: [body] });
    expect([answer.status, answer.body]).toEqual([204, '']);
    expect(answer.headers).not.toHaveProperty('content-length');
    expect(answer.headers).not.toHaveProperty('transfer-encoding');
    expect(answer.headers).not.toHaveProperty('content-type');
  });

  it('all allowed sign-ins share one connection', async () => {
    const service = await testService();
    let connections = 0;
    service.app.server.on('connection', () => {
      connections += 1;
    });
    const port = await listen(service);
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    onTestFinished(() => agent.destroy());
    for (const _ of [1, 2, 3, 4, 5]) {
      const body = [JSON.stringify({ kratos_identity_id: randomUUID() })];
      expect((await send(port, { path: '/jumio/validate', headers: HEADERS, body, agent })).status).toBe(204);
    }
    expect(connections).toBe(1);
  });

  it('a rejected identity in the ledger is 403 with a text', async () => {
    const service = await testService();
    const id = await decided(service, 'REJECTED', 'rejected');
    const answer = await validate(service, { kratos_identity_id: id.toUpperCase(), metadata_public: null });
    expect(answer.statusCode).toBe(403);
    expect(answer.json()).toEqual(REJECTED);
  });

  it.each([
    ['PASSED', 'approved'],
    ['WARNING', 'review'],
  ] as const)('a sign-in after the verdict %s is allowed', async (type, status) => {
    const service = await testService();
    const id = await decided(service, type, status);
    expect((await validate(service, { kratos_identity_id: id, metadata_public: null })).statusCode).toBe(204);
  });

  it('a validate body of the recovery hook is accepted', async () => {
    const service = await testService();
    const flow = { kind: 'recovery', id: randomUUID(), type: 'browser', method: null, refresh: false };
    expect((await signIn(service, { ...copy('rejected'), flow })).json()).toEqual(REJECTED);
    expect((await signIn(service, { ...copy('approved'), flow })).statusCode).toBe(204);
  });

  it('an unpublished verdict decides at the gate at once', async () => {
    const service = await testService();
    const id = randomUUID();
    const execution = await signUp(service, id);
    service.kratos.instead.publish = unanswered();
    process(execution, 'REJECTED', service.clock.now());
    await callback(service, callbackOf(execution));
    await eventually(async () => expect((await recordOf(service, id)).identity.standing).toBe('rejected'));
    expect((await validate(service, { kratos_identity_id: id, ...copy('pending') })).statusCode).toBe(403);
  });
});

describe('validate by the published copy of an identity that is not in the ledger', () => {
  const UNKNOWN_WORDS = ['REJECTED', 'blocked', '', 0, null, {}, ['rejected'], true, '__proto__'];

  it.each(['none', 'pending', 'processing', 'expired', 'approved', 'review', ...UNKNOWN_WORDS])(
    'a published copy with the status %j is allowed without a row in the ledger',
    async (status) => {
      const service = await testService();
      expect((await signIn(service, copy(status))).statusCode).toBe(204);
    },
  );

  it.each([
    ['metadata_public null', { metadata_public: null }],
    ['metadata_public without `jumio`', { metadata_public: { theirs: 1 } }],
    ['no metadata_public', {}],
    ['metadata_public that is a text', { metadata_public: 'rejected' }],
    ['`jumio` that is a text', { metadata_public: { jumio: 'rejected' } }],
  ])('a request with %s is allowed without a row in the ledger', async (_name, details) => {
    const service = await testService();
    expect((await signIn(service, details)).statusCode).toBe(204);
  });

  it.each([
    ['metadata_public.jumio.status', copy('rejected')],
    ['metadata_public.jumio_verification_status', { metadata_public: { jumio_verification_status: 'rejected' } }],
    ['jumio_verification_status', { jumio_verification_status: 'rejected' }],
    ['any of them, beside one that is no decision', { ...copy('pending'), jumio_verification_status: 'rejected' }],
  ])('a published copy with `rejected` in %s is blocked without a row in the ledger', async (_name, details) => {
    const service = await testService();
    const answer = await signIn(service, details);
    expect([answer.statusCode, answer.json()]).toEqual([403, REJECTED]);
  });

  it.each(['verified', 'initiated'])(
    'the published server’s status %s is allowed without a row in the ledger',
    async (word) => {
      const service = await testService();
      expect((await signIn(service, { jumio_verification_status: word })).statusCode).toBe(204);
      const metadata = { metadata_public: { jumio_verification_status: word } };
      expect((await signIn(service, metadata)).statusCode).toBe(204);
    },
  );
});

describe('status codes of the gate', () => {
  it('the gate responds to every input with 204 or a 4xx other than 429, without Retry-After', async () => {
    const service = await testService();
    const bodies: unknown[] = [
      copy('rejected'),
      { kratos_identity_id: {} },
      { kratos_identity_id: randomUUID(), created_at: 'never' },
      { kratos_identity_id: randomUUID(), created_at: 1e99, metadata_public: [] },
      { kratos_identity_id: randomUUID(), flow: 'x', accept_language: 7 },
      `${'['.repeat(100_000)}`,
      `{"kratos_identity_id":"${randomUUID()}","metadata_public":${'{"jumio":'.repeat(5_000)}1${'}'.repeat(5_000)}}`,
    ];
    for (const body of bodies) {
      const { statusCode, headers } = await validate(service, body);
      expect(statusCode === 204 || (statusCode >= 400 && statusCode < 500 && statusCode !== 429)).toBe(true);
      expect(headers).not.toHaveProperty('retry-after');
    }
  });

  it('a validate request on an open connection during shutdown is 204 or a 4xx other than 429', async () => {
    const service = await testService();
    service.jumio.instead.create = async (start) => {
      await new Promise((resolve) => setTimeout(resolve, 500));
      service.jumio.instead.create = undefined;
      return service.jumio.create(start);
    };
    const connection = openConnection(await listen(service));
    connection.write(asText('/jumio/initiate', { kratos_identity_id: randomUUID() }));
    await eventually(() => expect(service.jumio.calls.create).not.toEqual([]));
    const closed = service.app.close();
    connection.write(asText('/jumio/validate', { kratos_identity_id: randomUUID() }));
    const answers = await connection.answers();
    await closed;
    expect(answers.match(/^HTTP\/1\.1 \d+/gm)).toEqual(['HTTP/1.1 204', 'HTTP/1.1 204']);
  });
});

function asText(path: string, body: object): string {
  const text = JSON.stringify(body);
  const head = ['host: x', `x-webhook-secret: ${SECRET}`, 'content-type: application/json'];
  return [`POST ${path} HTTP/1.1`, ...head, `content-length: ${text.length}`, '', text].join('\r\n');
}
