import { sql } from 'kysely';
import type { Announce, Announcement, Subscription } from '../../events/model.ts';
import type { IdentityRecord } from '../../model.ts';
import type { On } from '../tables.ts';

/** What is to be told of changes, in the transaction that makes them. */
export interface Outbox {
  /** Who is told. Nobody: a change costs nothing more. */
  subscriptions: readonly Subscription[];
  /** Called with each record that is saved where somebody is told, and with each erasure. */
  onSaved(db: On, before: IdentityRecord | undefined, after: IdentityRecord, now: number): Promise<void>;
}

/** Adds an event for each endpoint that wants its type; one that is there stays as it is. */
export async function addDeliveries(
  db: On,
  identityId: string,
  { version, type, body, due }: Announcement,
  subscriptions: readonly Subscription[],
  now: number,
): Promise<void> {
  for (const { name, types } of subscriptions) {
    if (!types.includes(type)) continue;
    await sql`insert into deliveries
      (endpoint, identity_id, version, type, body, made_at, due, tries, lease, leased_until)
      values (${name}, ${identityId}, ${version}, ${type}, ${body}, ${now}, ${due}, 0, 0, 0)
      on conflict (identity_id, endpoint, version) do nothing`.execute(db);
  }
}

/** An erased identity leaves no event but that of its erasure. What is under way ends first, so that the order stays. */
async function forgetEvents(db: On, identityId: string, now: number): Promise<void> {
  await sql`delete from deliveries where identity_id = ${identityId}
    and (due is null or leased_until <= ${now})`.execute(db);
}

/** What was under way at the erasure of its identity is not kept, however it ends. */
export async function forgetErased(db: On, identityId: string, endpoint: string): Promise<void> {
  await sql`delete from deliveries where identity_id = ${identityId} and endpoint = ${endpoint}
    and type <> 'verification.erased'
    and exists (select 1 from identities where id = ${identityId} and erased_at is not null)`.execute(db);
}

/** The events that waited for this copy are due now. */
async function bringForward(db: On, { id, published }: IdentityRecord['identity'], now: number): Promise<void> {
  await sql`update deliveries set due = ${now} where identity_id = ${id} and version <= ${published}
    and due > ${now} and tries = 0`.execute(db);
}

/** Returns the outbox of a ledger. @param announce says what is told; undefined: nothing ever is */
export function createOutbox(announce: Announce | undefined): Outbox {
  const outbox: Outbox = {
    subscriptions: [],
    onSaved: async (db, before, after, now) => {
      if (announce === undefined) return;
      const announcement = announce(before, after, now);
      const { identity } = after;
      if (announcement?.type === 'verification.erased') await forgetEvents(db, identity.id, now);
      if (announcement !== undefined) await addDeliveries(db, identity.id, announcement, outbox.subscriptions, now);
      if (identity.published > (before?.identity.published ?? 0)) await bringForward(db, identity, now);
    },
  };
  return outbox;
}
