import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { LedgerDamaged, LedgerUnavailable } from '../errors.ts';
import type { LedgerEvent } from '../model.ts';
import type { Store } from './database/store.ts';
import type { KeyRow, KeyUse, Tables } from './tables.ts';

/** The keys that count at a time. */
export interface KeyRing {
  /** Of the signatures of cookies. The first one signs, every one is accepted. */
  readonly cookies: readonly Buffer[];
  readonly references: {
    readonly signing: Buffer;
    /** Of the references that a callback may carry. */
    readonly accepted: readonly Buffer[];
    /** Every key there ever was: Jumio returns the reference with which an execution was created. */
    readonly all: readonly Buffer[];
  };
}

/** A key as operators see it: never its bytes. */
export interface KeyInfo extends Pick<KeyRow, 'id' | 'use' | 'madeAt' | 'signsFrom' | 'endedAt'> {
  /** `next`: it signs from `signsFrom`. `accepted`: it signs no more. `ended`: what it has signed is no longer accepted. */
  readonly state: 'signs' | 'next' | 'accepted' | 'ended';
  /** Executions at Jumio that are not settled and carry a reference of this key, at most; only for an accepted key of references. */
  readonly waitsFor: number | undefined;
}

/** How the keys are rotated. */
export interface Rotation {
  /** The operator who is responsible. */
  readonly by: string;
  /** How long a cookie lasts at most, in milliseconds. */
  readonly cookieLifetimeMs: number;
  /** True: the old key of cookies has leaked, so that no cookie of it counts from now on. */
  readonly leaked: boolean;
}

/** The keys of the ledger that can be rotated. */
export interface Keys {
  /** Returns the keys that count now, as they were at most two seconds ago. Where the ledger cannot be read: as they were last seen. */
  ring(now: number): Promise<KeyRing>;
  list(now: number): Promise<KeyInfo[]>;
  /** Makes a new key for each use, and appends the event `keys_rotated`. */
  rotate(now: number, rotation: Rotation): Promise<KeyInfo[]>;
}

const KEY_BYTES = 32;

/** Returns a new key as it is stored. */
export function newSecret(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** Returns the bytes of a stored key. @throws LedgerDamaged if it is missing, or is not 32 bytes in base64 */
export function keyOf(name: string, stored: string | undefined): Buffer {
  const bytes = Buffer.from(stored ?? '', 'base64');
  if (bytes.length === KEY_BYTES && bytes.toString('base64') === stored) return bytes;
  const seen =
    stored === undefined ? 'it is missing' : `it has ${stored.length} characters that decode to ${bytes.length}`;
  throw new LedgerDamaged(`the key "${name}" must be ${KEY_BYTES} bytes in base64, and ${seen}`);
}

/** Each process reads the keys anew after this time. */
const FRESH_MS = 2_000;

/** A new key signs so long after it was made: every replica accepts it by then, with clocks five seconds apart. */
const UNTIL_IT_SIGNS_MS = 10_000;

/** A key of references stays this long after its successor signs: an execution may be under creation. */
const UNDER_CREATION_MS = 3_600_000;

/** How often a process looks whether an old key of references is still needed. */
const CHECK_EVERY_MS = 60_000;

function isEnded({ endedAt }: KeyRow, now: number): boolean {
  return endedAt !== null && endedAt <= now;
}

/** The keys of a use, the newest first. */
function ofUse(rows: readonly KeyRow[], use: KeyUse): KeyRow[] {
  return rows.filter((row) => row.use === use).reverse();
}

/** The newest key that signs already; the oldest one where a clock is behind. @throws LedgerDamaged if there is none */
function signing(rows: readonly KeyRow[], use: KeyUse, now: number): KeyRow {
  const counting = ofUse(rows, use).filter((row) => !isEnded(row, now));
  const row = counting.find(({ signsFrom }) => signsFrom <= now) ?? counting.at(-1);
  if (row === undefined) throw new LedgerDamaged(`the table "keys" has no key of ${use} that counts`);
  return row;
}

function ringOf(rows: readonly KeyRow[], now: number): KeyRing {
  const bytes = (row: KeyRow): Buffer => keyOf(row.id, row.secret);
  const accepted = (use: KeyUse): Buffer[] => {
    const first = signing(rows, use, now);
    return [first, ...ofUse(rows, use).filter((row) => row !== first && !isEnded(row, now))].map(bytes);
  };
  const references = accepted('references');
  return {
    cookies: accepted('cookies'),
    references: {
      signing: bytes(signing(rows, 'references', now)),
      accepted: references,
      all: ofUse(rows, 'references').map(bytes),
    },
  };
}

/**
 * Returns the ring of the rows, and makes it anew only where the rows are others or one of their times has passed: every
 * callback and every page asks for it.
 */
function createRingCache() {
  let made:
    | undefined
    | { readonly rows: readonly KeyRow[]; readonly ring: KeyRing; readonly from: number; readonly until: number };
  return (rows: readonly KeyRow[], now: number): KeyRing => {
    if (made?.rows === rows && now >= made.from && now < made.until) return made.ring;
    const times = rows.flatMap(({ signsFrom, endedAt }) => [signsFrom, endedAt ?? signsFrom]);
    const until = Math.min(Number.POSITIVE_INFINITY, ...times.filter((time) => time > now));
    const from = Math.max(Number.NEGATIVE_INFINITY, ...times.filter((time) => time <= now));
    made = { rows, ring: ringOf(rows, now), from, until };
    return made.ring;
  };
}

/** The oldest first. */
function readRows(db: Kysely<Tables>): Promise<KeyRow[]> {
  return db.selectFrom('keys').selectAll().orderBy('madeAt').orderBy('id').execute();
}

/** The executions that are not settled, of attempts requested before a time: they may carry a reference of the key of before. */
async function unsettledBefore(db: Kysely<Tables>, time: number): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*) as count from verifications where read_due is not null
    and execution_id is not null and requested_at < ${time}`.execute(db);
  return Number(rows[0]?.count ?? 0);
}

/** The time from which a newer key of the same use signs; undefined: there is none. */
function replacedAt(rows: readonly KeyRow[], key: KeyRow): number | undefined {
  const all = ofUse(rows, key.use);
  const times = all.slice(0, all.indexOf(key)).map(({ signsFrom }) => signsFrom);
  return times.length === 0 ? undefined : Math.min(...times);
}

/** The old keys of references that are accepted only until their executions are settled. */
function replaced(rows: readonly KeyRow[], now: number): KeyRow[] {
  return ofUse(rows, 'references').filter((row) => {
    const at = replacedAt(rows, row);
    return row.endedAt === null && at !== undefined && at + UNDER_CREATION_MS <= now;
  });
}

async function infoOf(db: Kysely<Tables>, rows: readonly KeyRow[], row: KeyRow, now: number): Promise<KeyInfo> {
  const { id, use, madeAt, signsFrom, endedAt } = row;
  const signs = signing(rows, use, now);
  const isOlder = rows.indexOf(row) < rows.indexOf(signs);
  const state = isEnded(row, now) ? 'ended' : row === signs ? 'signs' : isOlder ? 'accepted' : 'next';
  const isWaiting = state === 'accepted' && use === 'references';
  const waitsFor = isWaiting ? await unsettledBefore(db, replacedAt(rows, row) ?? now) : undefined;
  return { id, use, madeAt, signsFrom, endedAt, state, waitsFor };
}

async function infosOf(db: Kysely<Tables>, now: number): Promise<KeyInfo[]> {
  const rows = await readRows(db);
  const infos: KeyInfo[] = [];
  for (const row of rows) infos.push(await infoOf(db, rows, row, now));
  return infos;
}

/** Appends an event of no identity. */
type Append = (db: Kysely<Tables>, now: number, event: LedgerEvent) => Promise<void>;

/** Ends the keys of references whose last execution is settled. */
async function endSettled(db: Kysely<Tables>, append: Append, now: number): Promise<void> {
  const rows = await readRows(db);
  for (const row of replaced(rows, now)) {
    if ((await unsettledBefore(db, replacedAt(rows, row) ?? now)) > 0) continue;
    const ended = await db
      .updateTable('keys')
      .set({ endedAt: now })
      .where('id', '=', row.id)
      .where('endedAt', 'is', null)
      .executeTakeFirst();
    if (ended.numUpdatedRows > 0n) await append(db, now, { kind: 'key_ended', detail: { key: row.id } });
  }
}

async function insertNext(db: Kysely<Tables>, use: KeyUse, now: number, { leaked }: Rotation): Promise<KeyRow> {
  const number = ofUse(await readRows(db), use).length + 1;
  const signsFrom = leaked ? now : now + UNTIL_IT_SIGNS_MS;
  const row = { id: `${use}-${number}`, use, secret: newSecret(), madeAt: now, signsFrom, endedAt: null };
  await db.insertInto('keys').values(row).execute();
  return row;
}

async function rotate(db: Kysely<Tables>, append: Append, now: number, rotation: Rotation): Promise<void> {
  const cookies = await insertNext(db, 'cookies', now, rotation);
  const references = await insertNext(db, 'references', now, rotation);
  const endedAt = rotation.leaked ? now : cookies.signsFrom + rotation.cookieLifetimeMs;
  const older = db.updateTable('keys').set({ endedAt }).where('use', '=', 'cookies').where('id', '!=', cookies.id);
  await older.where((old) => old.or([old('endedAt', 'is', null), old('endedAt', '>', endedAt)])).execute();
  const { by, leaked } = rotation;
  const detail = { by, leaked, cookies: cookies.id, references: references.id };
  await append(db, now, { kind: 'keys_rotated', detail });
}

/** Opens the keys of a ledger. Rejects with `LedgerDamaged` if one is not a key. */
export async function openKeys(store: Store, now: number, append: Append): Promise<Keys> {
  let rows = await store.read(readRows);
  let readAt = performance.now();
  let checkedAt = Number.NEGATIVE_INFINITY;
  const ring = createRingCache();
  // Refuses a ledger whose keys are none.
  ring(rows, now);

  async function refresh(at: number): Promise<void> {
    // First, so that of concurrent requests one reads the keys, and a ledger that fails is asked every two seconds only.
    readAt = performance.now();
    rows = await store.read(readRows);
    if (replaced(rows, at).length > 0 && readAt - checkedAt >= CHECK_EVERY_MS) {
      checkedAt = readAt;
      await store.write((db) => endSettled(db, append, at));
      rows = await store.read(readRows);
    }
  }

  return {
    ring: async (at) => {
      if (performance.now() - readAt >= FRESH_MS)
        await refresh(at).catch((error: unknown) => {
          if (!(error instanceof LedgerUnavailable)) throw error;
        });
      return ring(rows, at);
    },
    list: (at) => store.read((db) => infosOf(db, at)),
    rotate: async (at, rotation) => {
      const infos = await store.write(async (db) => {
        if (store.dialect === 'postgres')
          await sql`select pg_advisory_xact_lock(hashtextextended('keys', 0))`.execute(db);
        await rotate(db, append, at, rotation);
        return infosOf(db, at);
      });
      await refresh(at);
      return infos;
    },
  };
}
