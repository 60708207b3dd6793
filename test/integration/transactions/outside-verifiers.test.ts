import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { verifyAssertion } from '../../../webhook/passkey/verify.ts';
import { createPasskeyFactor, judgeAnswer } from '../../../webhook/transactions/index.ts';
import { runCli } from '../../support/clients/cli.ts';
import { type Authenticator, createAuthenticator } from '../../support/passkey/authenticator.ts';
import { createShiftedClock, MINUTE } from '../../support/service/shifted-clock.ts';
import { BANK, type Bank, bank, WITH_TRANSACTIONS } from '../../support/transactions/bank.ts';

const EXAMPLES = new URL('../../../docs/examples/payments/', import.meta.url);

/** Payments by passkey, at a host that this machine resolves. */
const TRANSACTIONS = `${WITH_TRANSACTIONS.TRANSACTIONS.replaceAll('[sms]', '[passkey]')}passkey: { rp_id: localhost }\n`;

/** Where Jumio is not, so that a URL on this machine will do for the service. */
const NOT_JUMIO = { JUMIO_AUTH_URL: 'http://127.0.0.1:1/oauth2/token', JUMIO_API_BASE_URL: 'http://127.0.0.1:1' };

/** Without a canary, because one command prints it. */
const PAYMENT = {
  type: 'payment_initiation',
  instructedAmount: { currency: 'EUR', amount: '50.00' },
  creditorName: 'John Doe',
  creditorAccount: { iban: 'DE02100100109307118603' },
};

/** Runs one of the shipped examples as the program that it is: its last line, and whether it says yes. */
async function run(name: string, args: readonly string[], input = ''): Promise<[number | null, string]> {
  const child = spawn(process.execPath, [fileURLToPath(new URL(name, EXAMPLES)), ...args], { stdio: 'pipe' });
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.stdin.end(input);
  const [code]: (number | null)[] = await once(child, 'close');
  return [code ?? null, Buffer.concat(chunks).toString().trim()];
}

async function fileWith(content: object): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'verifier-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const file = join(folder, 'input.json');
  await writeFile(file, JSON.stringify(content));
  return file;
}

interface Evidence {
  readonly id: string;
  readonly details: string;
  readonly nonce: string;
  readonly assertion: Readonly<Record<string, string>>;
}

interface Approved {
  readonly service: Bank;
  readonly url: string;
  readonly id: string;
  readonly sub: string;
  readonly phone: Authenticator;
}

/** A service that listens, and a payment in it that its payer has approved with a passkey. */
async function approvedByPasskey(aheadMs = 0): Promise<Approved> {
  const port = await freePort();
  const url = `http://localhost:${port}`;
  const clock = createShiftedClock();
  clock.advance(aheadMs);
  const service = await bank({ clock, env: { ...NOT_JUMIO, TRANSACTIONS, PUBLIC_URL: url } });
  await service.app.listen({ host: '127.0.0.1', port });
  const { payments, kratos } = service;
  const sub = randomUUID();
  const phone = createAuthenticator();
  kratos.payers.set(sub, { passkeys: [phone.passkey], unreadable: [], userHandle: phone.userHandle });
  const factor = createPasskeyFactor({ ...payments, kratos, verify: verifyAssertion });
  const id = await service.record({ sub, authorization_details: [PAYMENT] });
  const transaction = await payments.ledger.transactions.find(id);
  if (transaction === undefined) throw new Error('it was not recorded');
  const now = clock.now();
  const session = { id: 'a-session', identityId: sub, authenticatedAt: now, methods: [], phones: [] };
  const offer = await factor.offer(session, transaction, now);
  if (offer.kind !== 'usable') throw new Error(`it is not offered: ${offer.why}`);
  const { challenge, rpId } = offer.options;
  const attempt = await payments.ledger.transactions.begin(now, {
    id: randomUUID(),
    transactionId: id,
    identityId: sub,
    factor: 'passkey',
    sessionId: session.id,
    state: 'started',
  });
  if (typeof attempt === 'string') throw new Error(attempt);
  const assertion = phone.get({ challenge, origin: url, rpId });
  const outcome = await judgeAnswer(payments, factor, { attempt, transaction, locale: 'en' }, assertion);
  expect(outcome).toEqual({ kind: 'approved', failures: 1 });
  return { service, url, id, sub, phone };
}

describe('docs/examples/payments/verify-passkey.js', () => {
  /** What the operator gives to whom the payment concerns. */
  async function evidenceOf({ service, id }: Approved): Promise<Evidence> {
    const { code, out, err } = await runCli(service, ['transactions', 'evidence', id.toUpperCase()]);
    expect([code, err]).toEqual([0, expect.stringContaining('amount and payee')]);
    return JSON.parse(out);
  }

  it('shows from the stored assertion that this key signed this payment', async () => {
    const approved = await approvedByPasskey();
    const evidence = await evidenceOf(approved);
    const file = await fileWith(evidence);
    const { id: key } = approved.phone.passkey;
    expect(await run('verify-passkey.js', [file, approved.url, 'localhost'])).toEqual([
      0,
      `signed by ${key}: ${evidence.details}`,
    ]);
    expect(evidence.details).toContain('"amount":"50.00"');
  });

  it('there is none for a payment that no passkey has approved', async () => {
    const { service } = await approvedByPasskey();
    const none = await runCli(service, ['transactions', 'evidence', await service.record()]);
    expect([none.code, none.out]).toEqual([1, '']);
    expect((await runCli(service, ['transactions', 'evidence', randomUUID()])).code).toBe(2);
  });

  it('says no for another amount, payment, nonce, key, signature, origin and relying party', async () => {
    const approved = await approvedByPasskey();
    const evidence = await evidenceOf(approved);
    const { assertion } = evidence;
    const other = createAuthenticator().passkey.publicKey;
    const flip = (text = ''): string => `${text.startsWith('A') ? 'B' : 'A'}${text.slice(1)}`;
    const cases: [string, object][] = [
      ['challenge', { ...evidence, details: evidence.details.replace('50.00', '500.00') }],
      ['challenge', { ...evidence, id: randomUUID() }],
      ['challenge', { ...evidence, nonce: flip(evidence.nonce) }],
      ['signature', { ...evidence, assertion: { ...assertion, public_key: other } }],
      ['signature', { ...evidence, assertion: { ...assertion, signature: flip(assertion.signature) } }],
    ];
    for (const [what, changed] of cases) {
      const [code, said] = await run('verify-passkey.js', [await fileWith(changed), approved.url, 'localhost']);
      expect([code, said]).toEqual([1, `not signed: ${what}`]);
    }
    const file = await fileWith(evidence);
    expect(await run('verify-passkey.js', [file, 'http://localhost:1', 'localhost'])).toEqual([
      1,
      'not signed: origin',
    ]);
    expect(await run('verify-passkey.js', [file, approved.url, 'example.com'])).toEqual([
      1,
      'not signed: relying party',
    ]);
  });
});

describe('docs/examples/payments/verify-approval.js', () => {
  async function consumed(aheadMs = 0) {
    const approved = await approvedByPasskey(aheadMs);
    const { approval } = (await approved.service.consume(approved.id, 'order', PAYMENT)).json<{ approval: string }>();
    const order = { sub: approved.sub, sid: 'a-session', authorization_details: [PAYMENT] };
    const verify = async (patch: { order?: object; audience?: string; approval?: string } = {}) => {
      const file = await fileWith({ ...order, ...patch.order });
      return run('verify-approval.js', [approved.url, patch.audience ?? BANK.id, file], patch.approval ?? approval);
    };
    return { verify, approval };
  }

  it('verifies an approval with nothing but the well-known keys', async () => {
    const { verify } = await consumed();
    expect(await verify()).toEqual([0, expect.stringMatching(/^authentication code [0-9a-f-]{36}$/)]);
  });

  it('says no for another audience, user, session and payment', async () => {
    const { verify } = await consumed();
    const cases: [Parameters<typeof verify>[0], string][] = [
      [{ audience: 'shop' }, 'ERR_JWT_CLAIM_VALIDATION_FAILED'],
      [{ order: { sub: randomUUID() } }, 'another sub'],
      [{ order: { sid: 'b' } }, 'another sid'],
      [{ order: { authorization_details: [{ ...PAYMENT, creditorName: 'Eve' }] } }, 'another authorization_details'],
    ];
    for (const [patch, why] of cases) expect(await verify(patch)).toEqual([1, `no approval: ${why}`]);
  });

  it('says no after one changed byte, wherever it is', async () => {
    const { verify, approval } = await consumed();
    const [header = '', payload = '', signature = ''] = approval.split('.');
    const claims = Buffer.from(payload, 'base64url').toString().replace('50.00', '60.00');
    const changed = [
      [header, Buffer.from(claims).toString('base64url'), signature],
      [header, payload, `${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`],
    ];
    for (const parts of changed)
      expect(await verify({ approval: parts.join('.') })).toEqual([
        1,
        'no approval: ERR_JWS_SIGNATURE_VERIFICATION_FAILED',
      ]);
    const none = Buffer.from('{"alg":"none","typ":"approval+jwt"}').toString('base64url');
    expect(await verify({ approval: `${none}.${payload}.` })).toEqual([1, 'no approval: ERR_JOSE_ALG_NOT_ALLOWED']);
  });

  it('says no after its end', async () => {
    const { verify } = await consumed(-6 * MINUTE);
    expect(await verify()).toEqual([1, 'no approval: ERR_JWT_EXPIRED']);
  });
});

it('the examples import nothing of this service', async () => {
  for (const name of ['verify-passkey.js', 'verify-approval.js']) {
    const source = await readFile(new URL(name, EXAMPLES), 'utf8');
    const imported = [...source.matchAll(/from '([^']+)'/g)].map(([, from]) => from);
    expect(imported.length).toBeGreaterThan(0);
    expect(imported.filter((from) => !/^(node:.*|jose)$/.test(from ?? ''))).toEqual([]);
  }
});
