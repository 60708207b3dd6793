import type { Decision } from './execution.ts';
import { ImpossibleOutcome, type Outcome, type Reason, type Verdict } from './outcome.ts';

interface Band {
  readonly type: string;
  readonly from: number;
  readonly to: number;
  readonly usual: number;
}

/** jumio.md §7.4: the score bands of a tenant that changed nothing. */
const BANDS: Readonly<Record<Verdict, Band>> = {
  pass: { type: 'PASSED', from: 0, to: 30, usual: 0 },
  warn: { type: 'WARNING', from: 31, to: 70, usual: 50 },
  reject: { type: 'REJECTED', from: 71, to: 100, usual: 100 },
  'not-executed': { type: 'NOT_EXECUTED', from: -1, to: -1, usual: -1 },
};

/** The overall decision; refuses a score outside the outcome's band. */
export function decisionOf(outcome: Outcome, verdict: Verdict, reason: Reason | undefined): Decision {
  const band = BANDS[verdict];
  const score = outcome.score ?? band.usual;
  if (score < band.from || score > band.to) {
    throw new ImpossibleOutcome(`the score of ${band.type} is ${band.from} to ${band.to}`);
  }
  const type = outcome.decisionType ?? band.type;
  const label = verdict === 'not-executed' ? (reason?.label ?? 'TECHNICAL_ERROR') : type;
  return { type, details: { label: outcome.decisionLabel ?? label }, risk: { score } };
}

/** What retrieval says of an expired execution: as documented now, or as one was seen in 2023 (jumio.md §7.4). */
export function expiredDecision(form: 'NOT_EXECUTED' | 'REJECTED'): Decision {
  return form === 'REJECTED'
    ? { type: 'REJECTED', details: { label: 'REJECTED' }, risk: { score: 100 } }
    : { type: 'NOT_EXECUTED', details: { label: 'TOKEN_EXPIRED' }, risk: { score: -1 } };
}
