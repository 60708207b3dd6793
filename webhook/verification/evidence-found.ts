import type { EidFlaw, UpstreamFacts } from '../errors.ts';
import type { LedgerEvent } from '../ledger/types.ts';

interface Linked {
  readonly provider: string;
  /** Keyed hash of issuer and subject. */
  readonly subject: string;
  /** Tells its token from every other; what a token comes to is told once. Not given: told each time. */
  readonly token?: string;
}

/** One credential of an eID provider of ours, as it was found with the identity. */
export type Found = Linked &
  (
    | {
        readonly kind: 'verified';
        readonly level: string | null;
        /** Epoch milliseconds. */
        readonly issuedAt: number;
        /** What the policy says to this level. */
        readonly satisfies: boolean;
        /** Another identity was approved by it before, and keeps it. */
        readonly taken: boolean;
      }
    | { readonly kind: 'refused'; readonly flaw: EidFlaw }
    /** By the policy no level of its provider is ever enough: there is nothing to ask the provider for. */
    | { readonly kind: 'never-enough' }
    /** It approved this identity before, and still is linked. */
    | { readonly kind: 'known' }
    /** Its provider's keys cannot be had: it is linked, and what it says is still owed. */
    | { readonly kind: 'unread'; readonly facts: UpstreamFacts }
  );

export type Verified = Extract<Found, { kind: 'verified' }>;

/** Whether it approves. */
export function isEnough(found: Found): found is Verified {
  return found.kind === 'verified' && found.satisfies && !found.taken;
}

/** What the operator is told of a credential that approves nobody: once, however often it is read. */
export function told(found: Found, identityId: string): LedgerEvent | undefined {
  const event = eventOf(found);
  if (event === undefined || found.token === undefined) return event;
  return { ...event, once: `${event.kind}:${identityId}:${found.token}` };
}

function eventOf(found: Found): LedgerEvent | undefined {
  const { provider } = found;
  switch (found.kind) {
    case 'known':
    case 'unread':
      return undefined;
    case 'refused':
      return { kind: 'eid_refused', detail: { provider, flaw: found.flaw } };
    case 'never-enough':
      return { kind: 'eid_not_enough', detail: { provider, level: null } };
    case 'verified':
      if (found.taken) return { kind: 'eid_taken', detail: { provider } };
      return found.satisfies ? undefined : { kind: 'eid_not_enough', detail: { provider, level: found.level } };
    default:
      return found satisfies never;
  }
}
