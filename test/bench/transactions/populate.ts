import { randomBytes, randomUUID } from 'node:crypto';
import Libsql from 'libsql';
import { z } from 'zod';
import type { Dependencies } from '../../../webhook/dependencies.ts';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import { recordedDetails } from '../../../webhook/transactions/payment/details.ts';
import { CLIENT, PAYMENT } from './settings.ts';

const APPROVED = Number(process.env.BENCH_APPROVED ?? 0);

/** Consumed ones, as most of a ledger are. */
const CONSUMED = Number(process.env.BENCH_PAYMENTS ?? 0);

/** So many ids are told to those who load the target. */
const MOST_TOLD = 100_000;

const HOUR_MS = 3_600_000;

const columns = z.array(z.object({ name: z.string() }));

const ids = z.array(z.object({ id: z.string() }));

/** One payment that went through every step by the ledger's own statements, up to its approval. */
async function approvedOne({ transactions }: Ledger, now: number): Promise<string> {
  const [id, identityId] = [randomUUID(), randomUUID()];
  const { text: details, hash: detailsHash } = recordedDetails(PAYMENT);
  const of = { id, identityId, clientId: CLIENT.id, redirectUri: CLIENT.redirectUri, reference: 'order-4711' };
  const nonce = randomBytes(32).toString('base64url');
  const made = { ...of, details, detailsHash, nonce, idempotencyKey: null, hintJti: null, expiresAt: now + HOUR_MS };
  await transactions.record(now, made);
  const attempt = { id: randomUUID(), identityId };
  const begun = { ...attempt, transactionId: id, factor: 'sms', sessionId: randomUUID(), state: 'started' } as const;
  await transactions.begin(now, begun);
  await transactions.reserve(now, attempt, HOUR_MS);
  const factors = JSON.stringify({
    amr: ['pwd', 'sms', 'otp', 'mfa'],
    authenticationFactors: [{ knowledge: 'password' }, { possession: 'sms_otp' }],
  });
  const approval = { sessionId: begun.sessionId, factors, authTime: now, consumeBy: now + HOUR_MS, locale: 'en' };
  if ((await transactions.settle(now, attempt, { kind: 'passed', approval })) !== 'approved')
    throw new Error('the payment was not approved');
  return id;
}

/** A random UUID of version 4, in SQL. */
const UUID = `lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)
  || '-8' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))`;

/** Copies the row of a payment so many times, with other ids and these values. */
function copy(database: Libsql.Database, id: string, times: number, values: Readonly<Record<string, string>>): void {
  const names = columns.parse(database.prepare('pragma table_info(transactions)').all()).map(({ name }) => name);
  const own: Readonly<Record<string, string>> = { id: UUID, identity_id: UUID, ...values };
  const selected = names.map((name) => own[name] ?? `one.${name}`);
  database.exec(`with recursive n(i) as (select 1 union all select i + 1 from n where i < ${times})
    insert into transactions (${names.join()}) select ${selected.join()} from n, transactions one where one.id = '${id}'`);
}

/** Fills the ledger with payments; undefined where none are configured. SQLite. */
export async function populatePayments({ config, ctx }: Dependencies) {
  if (config.TRANSACTIONS === undefined) return undefined;
  const now = Date.now();
  const template = await approvedOne(ctx.ledger, now);
  const database = new Libsql(config.DATABASE_URL.slice('file:'.length));
  database.exec('pragma busy_timeout = 10000');
  if (APPROVED > 0) copy(database, template, APPROVED, {});
  if (CONSUMED > 0)
    copy(database, template, CONSUMED, {
      state: `'consumed'`,
      jti: UUID,
      consume_key: UUID,
      consumed_at: String(now),
      ended_at: String(now),
    });
  const told = (state: string) =>
    ids
      .parse(database.prepare(`select id from transactions where state = '${state}' limit ${MOST_TOLD}`).all())
      .map(({ id }) => id);
  const both = { approved: told('approved'), consumed: told('consumed') };
  database.close();
  return both;
}
