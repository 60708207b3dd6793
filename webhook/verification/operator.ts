import { UpstreamError } from '../errors.ts';
import type { KratosIdentity } from '../kratos/client.ts';
import type { Change, Snapshot } from '../ledger/types.ts';
import type { Desk } from './desk.ts';
import type { Person } from './person.ts';
import { decidedStatus, readCopy } from './published-copy.ts';
import { meet } from './request.ts';

/** The identity as Kratos has it; undefined: it has none of that id. Rejects with `UpstreamError` where it says neither. */
export async function inKratos(desk: Desk, identityId: string): Promise<KratosIdentity | undefined> {
  try {
    return await desk.kratos.read(identityId);
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.code === 'identity-not-found') return undefined;
    throw error;
  }
}

/** As a person of a session would be met: with what their published copy shows. */
export function personOf({ id, schemaId, createdAt, metadataPublic }: KratosIdentity): Person {
  const inherited = decidedStatus(readCopy({ metadata_public: metadataPublic }));
  return { identityId: id, inherited, schemaId, bornAt: createdAt };
}

/** What an operator's act left behind, or would leave behind. */
export interface Done extends Change {
  readonly before: Snapshot;
}

export interface Act {
  readonly identityId: string;
  /** Only say what would be. */
  readonly dryRun: boolean;
  readonly decide: (snapshot: Snapshot, now: number) => Change;
}

/**
 * An operator acts on an identity: one row is written, and the service's worker does the rest. Whom the ledger does not
 * know is met as Kratos shows them. `undefined`: neither knows them. Rejects with `LedgerUnavailable`, `UpstreamError`.
 */
export async function act(desk: Desk, { identityId, dryRun, decide }: Act): Promise<Done | undefined> {
  const now = desk.clock.now();
  const known = await desk.ledger.snapshot(identityId);
  const stranger = known === undefined ? await inKratos(desk, identityId) : undefined;
  if (known === undefined && stranger === undefined) return undefined;
  const beforeOf = (found: Snapshot | undefined): Snapshot =>
    found ?? meet({ id: identityId, ...(stranger && personOf(stranger)) }, now);
  const doneOn = (before: Snapshot): Done => ({ before, ...decide(before, now) });
  let done = doneOn(beforeOf(known));
  if (dryRun) return done;
  await desk.ledger.change(identityId, now, (found) => {
    done = doneOn(beforeOf(found));
    return done;
  });
  return done;
}
