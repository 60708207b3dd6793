import type { Identity, Snapshot } from '../ledger/types.ts';
import { withIdentity } from './edit.ts';

/** What a hook or a session tells of an identity beside its id. Undefined: it does not say. */
export interface Particulars {
  readonly schemaId?: string | undefined;
  /** Epoch milliseconds. */
  readonly bornAt?: number | undefined;
  /** A language tag: a guess, which counts until the person has seen a page in a language. */
  readonly locale?: string | undefined;
}

type Kept = Pick<Identity, 'schemaId' | 'bornAt' | 'locale'>;

/** What is kept once it was told: an identity is born once and keeps its language; its schema may change. */
function keptAfter(known: Kept, told: Particulars): Kept {
  return {
    schemaId: told.schemaId ?? known.schemaId,
    bornAt: known.bornAt ?? told.bornAt ?? null,
    locale: known.locale ?? told.locale ?? null,
  };
}

/**
 * Whether there is anything to write: a sign-in that tells nothing new costs no write, and of an erased identity nothing
 * is kept.
 */
export function tellsNews(known: Kept & Pick<Identity, 'erasedAt'>, told: Particulars): boolean {
  if (known.erasedAt !== null) return false;
  const { schemaId, bornAt, locale } = keptAfter(known, told);
  return schemaId !== known.schemaId || bornAt !== known.bornAt || locale !== known.locale;
}

export function withParticulars(snapshot: Snapshot, told: Particulars): Snapshot {
  return tellsNews(snapshot.identity, told) ? withIdentity(snapshot, keptAfter(snapshot.identity, told)) : snapshot;
}
