import type { Status } from '../../model.ts';
import type { Context } from '../context.ts';
import { apiPolicy, type GateDecision, onlyApproved, type Policy } from '../policy/index.ts';
import { checkGate, type GateSubject } from './check.ts';
import { evaluateGate, type GateResult } from './decide.ts';

/** The answer to an API that asks about an identity. */
export interface ApiDecision {
  /** By the rules for APIs; in shadow mode always true. */
  readonly allow: boolean;
  /** Whether the rules for APIs refuse, and shadow mode allows all the same. */
  readonly wouldBlock: boolean;
  /** Whether ledger and published copy both say `approved`, within the lifetime of the approval. False where neither is known. */
  readonly verified: boolean;
  /** What the gate answers a login of this identity now. */
  readonly signIn: GateDecision;
  readonly status: Status | 'unknown';
  /** When the verdict was decided, else when the status last changed, in epoch milliseconds; null: not known. */
  readonly since: number | null;
  /** The rule for APIs that decided; null: neither the ledger nor the copy has a status. */
  readonly rule: GateResult['rule'];
}

/** The identity that an API asks about: the method of its sign-in is not known, and it is in no flow. */
export type ApiSubject = Omit<GateSubject, 'flow' | 'method'>;

/**
 * Decides for an API about an identity, by the rules that name `flow: api`, else for approved people only (decision 75).
 * Reads one row, makes no call and writes nothing. `unknown-identity`: neither the ledger nor the request knows it.
 * @param readTimeoutMs after so long the ledger counts as unreadable
 */
export async function decideForApi(
  ctx: Context,
  subject: ApiSubject,
  readTimeoutMs: number,
): Promise<ApiDecision | 'unknown-identity'> {
  const login = await checkGate(ctx, { ...subject, flow: 'login' }, readTimeoutMs);
  const { row, since } = login;
  const isGone = row === 'none' || (row !== 'unreadable' && row.deletedInKratos);
  // A caller that shows the metadata has met the identity at Kratos.
  if (isGone && !subject.copy.shown) return 'unknown-identity';
  const now = ctx.clock.now();
  const by = (policy: Policy): GateResult => evaluateGate(policy, row, subject.copy, { ...subject, flow: 'api' }, now);
  const { decision, status, rule } = by(apiPolicy(ctx.policy));
  const isAllowed = status === 'unknown' ? login.decision === 'allow' : decision === 'allow';
  const isShadow = ctx.gate.mode === 'shadow';
  return {
    allow: isAllowed || isShadow,
    wouldBlock: isShadow && !isAllowed,
    verified: by(onlyApproved(ctx.policy)).decision === 'allow',
    signIn: login.answer,
    status,
    since,
    rule,
  };
}
