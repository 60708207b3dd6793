import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { startTwilioSandbox, type TwilioSandbox } from '../../../sandbox/twilio/start.ts';
import type { Held, HeldPayers } from '../../support/crash/held-payers.ts';
import { createFakeKratos, type FakeKratos } from '../../support/fakes/kratos.ts';
import { buildTestService } from '../../support/service/service.ts';
import { createShiftedClock, MINUTE } from '../../support/service/shifted-clock.ts';
import { type Bank, bankOf } from '../../support/transactions/bank.ts';
import { backOf, idOf, newPayer, type Payer, withTwilio } from '../../support/transactions/payers.ts';

const PROGRAM = fileURLToPath(new URL('../../support/crash/held-payers.ts', import.meta.url));

/** Longer than a process may take to ask a vendor: an attempt that nobody has started by then is lost. */
const LOST_AFTER_MS = 31_000;

type Moment = Pick<Held, 'act' | 'when' | 'step'>;

/** Every moment between two steps that write, by what was durable at it. */
const MOMENTS = {
  stored: { act: 'sms', when: 'after', step: 'begin' },
  reservedSend: { act: 'sms', when: 'after', step: 'reserveSend' },
  sent: { act: 'sms', when: 'before', step: 'started' },
  started: { act: 'sms', when: 'after', step: 'started' },
  noted: { act: 'sms', when: 'after', step: 'note' },
  entered: { act: 'code', when: 'before', step: 'reserve' },
  counted: { act: 'code', when: 'after', step: 'reserve' },
  judgedRight: { act: 'code', when: 'before', step: 'settle' },
  approved: { act: 'code', when: 'after', step: 'settle' },
  countedWrong: { act: 'wrong', when: 'after', step: 'reserve' },
  judgedWrong: { act: 'wrong', when: 'before', step: 'settle' },
  failed: { act: 'wrong', when: 'after', step: 'settle' },
  countedFifth: { act: 'fifth', when: 'after', step: 'reserve' },
  judgedFifth: { act: 'fifth', when: 'before', step: 'settle' },
  failedFifth: { act: 'fifth', when: 'after', step: 'settle' },
  passkeyPressed: { act: 'passkey', when: 'before', step: 'begin' },
  passkeyStored: { act: 'passkey', when: 'after', step: 'begin' },
  passkeyCounted: { act: 'passkey', when: 'after', step: 'reserve' },
  passkeyVerified: { act: 'passkey', when: 'before', step: 'settle' },
  passkeyApproved: { act: 'passkey', when: 'after', step: 'settle' },
  consuming: { act: 'consume', when: 'before', step: 'consume' },
  consumed: { act: 'consume', when: 'after', step: 'consume' },
} satisfies Readonly<Record<string, Moment>>;

type MomentName = keyof typeof MOMENTS;

const told = z.object({ held: z.string(), path: z.string() });

const messages = z.object({ messages: z.array(z.object({ code: z.string() })) });

interface World {
  readonly bank: Bank;
  readonly payers: ReadonlyMap<string, Payer & { readonly path: string }>;
  readonly stop: () => Promise<void>;
}

/** Runs all payers in one process until each is held at their moment, and kills it. */
async function killed(held: HeldPayers): Promise<Map<string, string>> {
  const child = fork(PROGRAM, [JSON.stringify(held)], { execArgv: ['--import', 'tsx'] });
  const paths = new Map<string, string>();
  const ended = once(child, 'exit');
  await new Promise<void>((resolve, reject) => {
    child.once('exit', (code) => reject(new Error(`the process ended with ${code} before everybody was held`)));
    child.on('message', (message) => {
      const { held: id, path } = told.parse(message);
      paths.set(id, path);
      if (paths.size === held.payers.length) resolve();
    });
  });
  child.removeAllListeners('exit');
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await Promise.race([ended, exited]);
  return paths;
}

let twilio: TwilioSandbox;

async function codeOf({ number }: Payer): Promise<string> {
  const answer = await fetch(`${twilio.url}/control/messages?to=${encodeURIComponent(number)}`);
  return messages.parse(await answer.json()).messages.at(-1)?.code ?? '';
}

/** The next process on the ledger of the killed one. Kratos and Twilio are as they were. */
async function nextProcess(databaseUrl: string, kratos: FakeKratos): Promise<Bank> {
  const clock = createShiftedClock();
  return bankOf(await buildTestService({ databaseUrl, idle: true, env: withTwilio(twilio.url), kratos, clock }));
}

async function startWorld(): Promise<World> {
  twilio = await startTwilioSandbox();
  const folder = await mkdtemp(join(tmpdir(), 'killed-'));
  const databaseUrl = `file:${join(folder, 'ledger.sqlite')}`;
  const named = Object.entries(MOMENTS).map(([name, moment], n) => {
    const number = `+49160${String(10_000_000 + n)}`;
    return { name, held: { id: randomUUID(), number, ...moment } };
  });
  const paths = await killed({ databaseUrl, twilioUrl: twilio.url, payers: named.map(({ held }) => held) });
  const bank = await nextProcess(databaseUrl, createFakeKratos());
  const payers = named.map(({ name, held }) => {
    return [name, { ...newPayer(bank, held), path: paths.get(held.id) ?? '' }] as const;
  });
  const stop = async (): Promise<void> => {
    await bank.close();
    await twilio.stop();
    await rm(folder, { recursive: true });
  };
  return { bank, payers: new Map(payers), stop };
}

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.stop());

function at(name: MomentName) {
  const payer = world.payers.get(name);
  if (payer === undefined) throw new Error('there is no such payer');
  const { ledger } = world.bank.ctx;
  const { path } = payer;
  const enter = async (code: string) => (await payer.press(path, 'code', { code })).location;
  return {
    ...payer,
    enter,
    stateNow: async () => [await payer.status(path), await payer.failures()],
    attempts: async () => (await ledger.transactions.attemptsOf(idOf(path))).map(({ state }) => state),
    kinds: async (kind: string) => (await ledger.events(payer.id)).filter((event) => event.kind === kind).length,
    /** Approves with the code of a new message. */
    approveAnew: async () => {
      expect((await payer.press(path, 'sms')).location).toBe(path);
      expect(await enter(await codeOf(payer))).toBe(backOf(path));
    },
    sign: async () => (await payer.browser.post(await payer.signed(path), path)).location,
  };
}

/** What was approved is consumed once, by the first key, and never by another. */
async function expectOneApproval(name: MomentName, key = 'order-1'): Promise<void> {
  const payer = at(name);
  const id = idOf(payer.path);
  const answers = await Promise.all([key, key].map((same) => world.bank.consume(id, same)));
  expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
  const codes = answers.map((answer) => decodeJwt(answer.json().approval).jti);
  expect(new Set(codes).size).toBe(1);
  expect((await world.bank.consume(id, 'order-2')).json()).toMatchObject({ status: 409, code: 'consumed' });
  expect([await payer.kinds('txn_approved'), await payer.kinds('txn_consumed')]).toEqual([1, 1]);
  expect((await world.bank.ctx.ledger.transactions.find(id))?.jti).toBe(codes[0]);
}

describe('kill -9 while a code is sent', () => {
  it.each<[string, MomentName]>([
    ['the attempt is stored', 'stored'],
    ['the code is counted', 'reservedSend'],
    ['Twilio has sent the code', 'sent'],
  ])('after kill -9 when %s, nothing is approved or counted, and the payer gets another code', async (_when, name) => {
    const payer = at(name);
    expect(await payer.stateNow()).toEqual(['open', 0]);
    expect(await payer.attempts()).toEqual(['requested']);
    const before = await codeOf(payer);
    expect(before === '').toBe(name !== 'sent');
    if (before !== '') expect(await payer.enter(before)).toBe(`${payer.path}?notice=new-code`);
    world.bank.clock.advance(LOST_AFTER_MS);
    await payer.approveAnew();
    expect(await payer.attempts()).toEqual(['abandoned', 'passed']);
    await expectOneApproval(name);
  });

  it.each<[string, MomentName]>([
    ['the sending is stored', 'started'],
    ['its event is stored', 'noted'],
    ['the payer has entered the code, and nothing is counted', 'entered'],
  ])('after kill -9 when %s, the code that was sent approves', async (_when, name) => {
    const payer = at(name);
    expect(await payer.stateNow()).toEqual(['open', 0]);
    expect(await payer.enter(await codeOf(payer))).toBe(backOf(payer.path));
    await expectOneApproval(name);
  });
});

describe('kill -9 while a code is judged', () => {
  it('after kill -9 when a right code is counted, it is a failure until it is entered again', async () => {
    const payer = at('counted');
    expect(await payer.stateNow()).toEqual(['open', 1]);
    expect(await payer.enter(await codeOf(payer))).toBe(backOf(payer.path));
    expect(await payer.stateNow()).toEqual(['approved', 0]);
    await expectOneApproval('counted');
  });

  it('after kill -9 when Twilio has approved, nothing is approved here: the code is used up, and a new one approves', async () => {
    const payer = at('judgedRight');
    expect(await payer.stateNow()).toEqual(['open', 1]);
    expect(await payer.enter(await codeOf(payer))).toBe(`${payer.path}?notice=new-code`);
    expect(await payer.stateNow()).toEqual(['open', 1]);
    await payer.approveAnew();
    await expectOneApproval('judgedRight');
  });

  it('after kill -9 when the approval is stored, it is there, and is consumed once', async () => {
    expect(await at('approved').stateNow()).toEqual(['approved', 0]);
    await expectOneApproval('approved');
  });

  it.each<[string, MomentName]>([
    ['counted', 'countedWrong'],
    ['judged', 'judgedWrong'],
    ['settled', 'failed'],
  ])('after kill -9 when a wrong code is %s, it is one failure, and the right one approves', async (_when, name) => {
    const payer = at(name);
    expect(await payer.stateNow()).toEqual(['open', 1]);
    expect(await payer.enter(await codeOf(payer))).toBe(backOf(payer.path));
    await expectOneApproval(name);
  });

  it.each<[string, MomentName, string]>([
    ['counted', 'countedFifth', 'open'],
    ['judged', 'judgedFifth', 'open'],
    ['settled', 'failedFifth', 'failed'],
  ])(
    'after kill -9 when the fifth wrong code is %s, the payer is blocked, and nothing approves',
    async (_when, name, state) => {
      const payer = at(name);
      expect(await payer.stateNow()).toEqual([state, 5]);
      const { blockedUntil } = { blockedUntil: null, ...(await world.bank.ctx.ledger.transactions.payer(payer.id)) };
      expect(blockedUntil).toBeGreaterThan(world.bank.clock.now() + 25 * MINUTE);
      const { body } = await payer.browser.get(payer.path);
      expect(body).toContain('Too many attempts have failed. You can approve payments again from');
      // The right code, from a page that may have been loaded before.
      const _csrf = /name="_csrf" value="([^"]+)"/.exec(body)?.[1];
      for (const fields of [{ act: 'code', code: await codeOf(payer) }, { act: 'sms' }])
        await payer.browser.post({ _csrf, ...fields }, payer.path);
      expect(await payer.stateNow()).toEqual([state, 5]);
      expect((await world.bank.consume(idOf(payer.path), 'order-1')).statusCode).toBe(409);
    },
  );
});

describe('kill -9 while a passkey is verified', () => {
  it.each<[string, MomentName, number]>([
    ['nothing is stored', 'passkeyPressed', 0],
    ['the attempt is stored', 'passkeyStored', 0],
    ['the answer is counted', 'passkeyCounted', 1],
    ['it is verified', 'passkeyVerified', 1],
  ])('after kill -9 when %s, nothing is approved, and the next press approves', async (_when, name, failures) => {
    const payer = at(name);
    expect(await payer.stateNow()).toEqual(['open', failures]);
    expect(await payer.sign()).toBe(backOf(payer.path));
    expect(await payer.stateNow()).toEqual(['approved', 0]);
    expect((await payer.attempts()).filter((state) => state === 'passed')).toHaveLength(1);
    await expectOneApproval(name);
  });

  it('after kill -9 when the approval is stored, it is there with its evidence, and is consumed once', async () => {
    const payer = at('passkeyApproved');
    expect(await payer.stateNow()).toEqual(['approved', 0]);
    const [attempt] = await world.bank.ctx.ledger.transactions.attemptsOf(idOf(payer.path));
    expect(attempt).toMatchObject({ state: 'passed', evidence: expect.stringContaining('signature') });
    await expectOneApproval('passkeyApproved');
  });
});

describe('kill -9 while an approval is consumed', () => {
  it.each<[string, MomentName, string]>([
    ['nothing is stored', 'consuming', 'approved'],
    ['it is stored and nobody has the approval', 'consumed', 'consumed'],
  ])('after kill -9 when %s, the same key gets the one approval, and another key none', async (_when, name, state) => {
    expect((await at(name).stateNow())[0]).toBe(state);
    await expectOneApproval(name);
  });
});
