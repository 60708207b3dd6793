import { UpstreamError } from '../../../errors.ts';
import type { EvidenceImage, EvidencePart, JumioEvidence } from '../../../jumio/evidence.ts';
import type { IdentityRecord } from '../../../model.ts';
import type { Context } from '../../context.ts';
import { standingOf } from '../../record/index.ts';

/** Why an operator looks at what Jumio has: a closed list, because it stays in the events for good. */
export const EVIDENCE_REASONS = ['to_decide', 'complaint', 'suspected_fraud', 'audit'] as const;

/** A reason of the list. */
export type EvidenceReason = (typeof EVIDENCE_REASONS)[number];

/** The request of an operator. */
export interface EvidenceRequest {
  readonly identityId: string;
  /** The attempt; undefined: the one that decided, else the newest. */
  readonly verificationId?: string | undefined;
  readonly by: string;
  readonly reason: EvidenceReason;
  /** What may be looked at: texts alone, or pictures too. */
  readonly level: 'details' | 'images';
}

/**
 * What an operator gets to see. `none`: Jumio has nothing of this person, or they were erased. `busy`: all calls to Jumio are
 * needed for people. `foreign`: Jumio's answer is about somebody else. `refused`: Jumio gives nothing, with the status of its answer.
 */
export type EvidenceOutcome =
  | { readonly kind: 'shown'; readonly accountId: string; readonly attempt: number; readonly evidence: JumioEvidence }
  | { readonly kind: 'none' | 'busy' | 'foreign' }
  | { readonly kind: 'refused'; readonly status: number | undefined };

interface Execution {
  readonly attempt: number;
  readonly accountId: string;
  readonly executionId: string;
}

/** The execution of an attempt; of none: the one that decided, else the newest that Jumio has. */
function executionOf(record: IdentityRecord, verificationId: string | undefined): Execution | undefined {
  const by = standingOf(record)?.by;
  const all = [...(by ? [by] : []), ...[...record.verifications].reverse()];
  const candidates = verificationId === undefined ? all : all.filter(({ id }) => id === verificationId);
  for (const { attempt, accountId, executionId } of candidates)
    if (accountId !== null && executionId !== null) return { attempt, accountId, executionId };
  return undefined;
}

async function noteRefusal(ctx: Context, identityId: string, by: string, error: UpstreamError): Promise<void> {
  const { failure, status = null } = error.facts;
  await ctx.ledger.note(ctx.clock.now(), { kind: 'evidence_refused', detail: { by, failure, status } }, identityId);
}

/**
 * Fetches what Jumio has of a person, for one page. The event is durable before Jumio is asked, so whoever was shown something is
 * in the audit, also if the process dies in between. Nothing of the answer is stored.
 * @throws LedgerUnavailable if the event cannot be written; then Jumio is not asked
 */
export async function fetchEvidence(ctx: Context, request: EvidenceRequest): Promise<EvidenceOutcome> {
  const { identityId, verificationId, by, reason, level } = request;
  const record = await ctx.ledger.record(identityId);
  const isKnown = record !== undefined && record.identity.erasedAt === null;
  const ids = isKnown ? executionOf(record, verificationId) : undefined;
  if (ids === undefined) return { kind: 'none' };
  const now = ctx.clock.now();
  if (!(await ctx.ledger.budgets.spare('retrieval', ctx.rates.retrieval, now))) return { kind: 'busy' };
  const detail = { by, reason, level, execution: ids.executionId };
  await ctx.ledger.note(now, { kind: 'evidence_viewed', detail }, identityId);
  try {
    const evidence = await ctx.jumio.evidence({ accountId: ids.accountId, executionId: ids.executionId });
    const isTheirs = evidence.customerInternalReference === identityId;
    const { accountId, attempt } = ids;
    return isTheirs ? { kind: 'shown', accountId, attempt, evidence } : { kind: 'foreign' };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    await noteRefusal(ctx, identityId, by, error);
    return { kind: 'refused', status: error.facts.status };
  }
}

/** A picture that `fetchEvidence` has named: its event is written already. */
export interface ImageRequest extends EvidencePart {
  readonly identityId: string;
  readonly accountId: string;
  readonly by: string;
}

/** A picture, or why there is none, as of `EvidenceOutcome`. */
export type ImageOutcome =
  | { readonly kind: 'picture'; readonly image: EvidenceImage }
  | { readonly kind: 'none' | 'busy' }
  | { readonly kind: 'refused'; readonly status: number | undefined };

/** Fetches a picture, for one answer. A refusal of Jumio is an event. @throws LedgerUnavailable */
export async function fetchImage(ctx: Context, request: ImageRequest): Promise<ImageOutcome> {
  const { identityId, accountId, by, credentialId, classifier } = request;
  const record = await ctx.ledger.record(identityId);
  // Erased since the page was shown.
  if (record === undefined || record.identity.erasedAt !== null) return { kind: 'none' };
  if (!(await ctx.ledger.budgets.spare('retrieval', ctx.rates.retrieval, ctx.clock.now()))) return { kind: 'busy' };
  try {
    return { kind: 'picture', image: await ctx.jumio.image(accountId, { credentialId, classifier }) };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    await noteRefusal(ctx, identityId, by, error);
    return { kind: 'refused', status: error.facts.status };
  }
}
