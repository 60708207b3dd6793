import { type Kysely, sql } from 'kysely';
import { LedgerUnavailable } from '../errors.ts';
import type { Tables } from './tables.ts';

/** Reads, or reads and writes inside one transaction. It may run twice, so it does nothing else. */
export type Work<T> = (db: Kysely<Tables>) => Promise<T>;

/** Runs work in a transaction and resolves when it is durable. Rejects with `LedgerUnavailable` where nothing was kept. */
export type Write = <T>(work: Work<T>) => Promise<T>;

interface Waiting {
  run(db: Kysely<Tables>): Promise<void>;
  settle(): void;
  refuse(error: unknown): void;
}

/** SQLite's own faults (locked, full, unreadable, read-only), not a mistake in a statement. */
function isStorageFault(error: unknown): boolean {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return /^SQLITE_(BUSY|LOCKED|FULL|IOERR|READONLY|CANTOPEN|CORRUPT|NOTADB|PERM|AUTH|NOMEM|PROTOCOL)/.test(code);
}

/** The error of a read or a write, as callers are to see it. */
export function unavailable(error: unknown): unknown {
  if (!isStorageFault(error)) return error;
  const words = error instanceof Error ? error.message : 'unknown';
  return new LedgerUnavailable(`the SQLite file cannot be used: ${words}`, { cause: error });
}

async function transaction(db: Kysely<Tables>, group: readonly Waiting[]): Promise<void> {
  await db.connection().execute(async (connection) => {
    await sql`begin immediate`.execute(connection);
    try {
      for (const waiting of group) await waiting.run(connection);
      await sql`commit`.execute(connection);
    } catch (error) {
      await sql`rollback`.execute(connection).catch(() => undefined);
      throw error;
    }
  });
}

function queued<T>(work: Work<T>, resolve: (value: T) => void, refuse: (error: unknown) => void): Waiting {
  let settle = (): void => undefined;
  return {
    refuse,
    settle: () => settle(),
    run: async (db) => {
      const value = await work(db);
      settle = () => resolve(value);
    },
  };
}

/**
 * The one grouped writer for SQLite: whatever was asked for in one turn of the event loop shares one commit, and so one
 * fsync. A storage fault refuses the whole group at once; any other error sends its members through one by one, so that
 * a mistake in one cannot take the others down.
 */
export function groupedWriter(db: Kysely<Tables>): Write {
  let waiting: Waiting[] = [];
  let busy = false;

  async function commit(group: readonly Waiting[]): Promise<void> {
    try {
      await transaction(db, group);
      for (const member of group) member.settle();
    } catch (error) {
      if (group.length === 1 || isStorageFault(error)) for (const member of group) member.refuse(unavailable(error));
      else for (const member of group) await commit([member]);
    }
  }

  async function drain(): Promise<void> {
    while (waiting.length > 0) {
      // A turn of the event loop between two groups: requests are read and gates answered, and the next group grows.
      await new Promise((resolve) => setImmediate(resolve));
      const group = waiting;
      waiting = [];
      await commit(group);
    }
    busy = false;
  }

  return (work) =>
    new Promise((resolve, reject) => {
      waiting.push(queued(work, resolve, reject));
      if (busy) return;
      busy = true;
      void drain();
    });
}
