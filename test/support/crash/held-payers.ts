import { argv } from 'node:process';
import { z } from 'zod';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import { buildTestService } from '../service/service.ts';
import { type Bank, bankOf } from '../transactions/bank.ts';
import { idOf, newPayer, type Payer, withTwilio } from '../transactions/payers.ts';

/*
 * A process in which several payers approve a payment, each of whom is held for ever at a step of their own: nothing after it
 * happens. It tells its parent who is held, so that one SIGKILL strikes all of them. Argument: `HeldPayers` as JSON.
 */

/** The steps of an approval and its consumption that write to the ledger, in their order. */
const STEPS = ['begin', 'reserveSend', 'started', 'note', 'reserve', 'settle', 'consume'] as const;

/** A moment beside a step. `before`: the vendor has answered, and nothing of it is stored. `after`: it is durable. */
const held = z.object({
  id: z.string(),
  number: z.string(),
  act: z.enum(['sms', 'code', 'wrong', 'fifth', 'passkey', 'consume']),
  when: z.enum(['before', 'after']),
  step: z.enum(STEPS),
});

const input = z.object({ databaseUrl: z.string(), twilioUrl: z.string(), payers: z.array(held) });

/** One payer, and where they are held. */
export type Held = z.infer<typeof held>;

export type HeldPayers = z.infer<typeof input>;

type Transactions = Ledger['transactions'];

const messages = z.object({ messages: z.array(z.object({ code: z.string() })) });

const { databaseUrl, twilioUrl, payers } = input.parse(JSON.parse(argv[2] ?? ''));

/** The paths of the payments, by payer. */
const paths = new Map<string, string>();

/** The payers who have come to the press that is to be held; before it nothing holds them. */
const armed = new Set<string>();

const forever = (): Promise<never> => new Promise(() => undefined);

/** The payer or the transaction that a step is about, by its id. */
function payerOf(id: string | null | undefined): Held | undefined {
  return payers.find((one) => one.id === id || idOf(paths.get(one.id) ?? '') === id);
}

async function at<T>(id: string | null | undefined, step: Held['step'], work: () => Promise<T>): Promise<T> {
  const payer = payerOf(id);
  const holdAt = async (when: Held['when']): Promise<void> => {
    if (payer === undefined || !armed.has(payer.id) || payer.step !== step || payer.when !== when) return;
    process.send?.({ held: payer.id, path: paths.get(payer.id) });
    await forever();
  };
  await holdAt('before');
  const result = await work();
  await holdAt('after');
  return result;
}

function holding(ledger: Ledger): Ledger {
  const { transactions } = ledger;
  const steps: Pick<Transactions, 'begin' | 'reserveSend' | 'started' | 'reserve' | 'settle' | 'consume'> = {
    begin: (now, made) => at(made.identityId, 'begin', () => transactions.begin(now, made)),
    reserveSend: (now, of) => at(of.identityId, 'reserveSend', () => transactions.reserveSend(now, of)),
    started: (now, of, facts) => at(of.identityId, 'started', () => transactions.started(now, of, facts)),
    reserve: (now, of, ms) => at(of.identityId, 'reserve', () => transactions.reserve(now, of, ms)),
    settle: (now, of, judged) => at(of.identityId, 'settle', () => transactions.settle(now, of, judged)),
    consume: (now, request) => at(request.id, 'consume', () => transactions.consume(now, request)),
  };
  const note: Ledger['note'] = (now, event, id) => at(id, 'note', () => ledger.note(now, event, id));
  return { ...ledger, note, transactions: { ...transactions, ...steps } };
}

async function codeFor({ number }: Pick<Held, 'number'>): Promise<string> {
  const answer = await fetch(`${twilioUrl}/control/messages?to=${encodeURIComponent(number)}`);
  return messages.parse(await answer.json()).messages.at(-1)?.code ?? '';
}

function wrongFor(code: string): string {
  return code.replace(/^\d/, (digit) => `${(Number(digit) + 1) % 10}`);
}

/** Goes as far as the press that is held. */
async function goOn(bank: Bank, payer: Payer, one: Held): Promise<void> {
  const { act } = one;
  const path = await payer.pay();
  paths.set(payer.id, path);
  if (act === 'consume') await payer.browser.post(await payer.signed(path), path);
  if (act === 'code' || act === 'wrong' || act === 'fifth') await payer.press(path, 'sms');
  const code = await codeFor(one);
  const tries = act === 'fifth' ? 4 : 0;
  for (let n = 0; n < tries; n += 1) await payer.press(path, 'code', { code: wrongFor(code) });
  armed.add(payer.id);
  switch (act) {
    case 'sms':
      await payer.press(path, 'sms');
      break;
    case 'code':
      await payer.press(path, 'code', { code });
      break;
    case 'wrong':
    case 'fifth':
      await payer.press(path, 'code', { code: wrongFor(code) });
      break;
    case 'passkey':
      await payer.browser.post(await payer.signed(path), path);
      break;
    case 'consume':
      await bank.consume(idOf(path), 'order-1');
      break;
    default:
      act satisfies never;
  }
  throw new Error(`${act} was not held ${one.when} ${one.step}`);
}

const ctx = <T extends { readonly ledger: Ledger }>(faked: T): T => ({ ...faked, ledger: holding(faked.ledger) });
const bank = bankOf(await buildTestService({ databaseUrl, idle: true, env: withTwilio(twilioUrl), ctx }));
// In their order, because Kratos numbers the sessions in it.
const people = payers.map((one) => [newPayer(bank, one), one] as const);
await Promise.all(people.map(([payer, one]) => goOn(bank, payer, one)));
