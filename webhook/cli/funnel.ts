import type { Funnel } from '../ledger/reports/funnel.ts';
import { toCsv } from '../verification/operator/index.ts';
import { type Format, pairs, span } from './output.ts';

/** The steps in their order, and how they are called. The first three count people, the others attempts at Jumio. */
const STEPS = [
  ['asked', 'Asked to verify (people)'],
  ['agreed', 'Agreed (people)'],
  ['declined', 'Declined (people)'],
  ['requested', 'Attempts begun'],
  ['reachedJumio', 'Reached Jumio'],
  ['captured', 'Photos taken'],
  ['decided', 'Decided'],
  ['approved', 'Approved'],
  ['expired', 'Expired'],
  ['secondTries', 'Second tries'],
] as const;

function seconds(ms: number | null): number | null {
  return ms === null ? null : Math.round(ms / 1000);
}

/** Returns the funnel for scripts. Published as JSON: names are stable. */
export function funnelFacts(funnel: Funnel) {
  const { asked, agreed, declined, requested, reachedJumio, captured, decided, approved, expired } = funnel;
  return {
    asked,
    agreed,
    declined,
    requested,
    reached_jumio: reachedJumio,
    captured,
    decided,
    approved,
    expired,
    second_tries: funnel.secondTries,
    seconds_to_verdict_p50: seconds(funnel.p50),
    seconds_to_verdict_p90: seconds(funnel.p90),
    rejected_by_reason: funnel.rejectedByReason,
    approved_by_schema: funnel.approvedBySchema,
  };
}

/** Returns the funnel for people. */
export function funnelText(format: Format, funnel: Funnel): string {
  const { p50, p90, rejectedByReason: reasons, approvedBySchema: schemas } = funnel;
  const listed = (parts: Funnel['rejectedByReason']): string | undefined =>
    parts.length === 0 ? undefined : parts.map(({ by, count }) => `${by} ${count}`).join(', ');
  return pairs(format, {
    ...Object.fromEntries(STEPS.map(([key, title]) => [title, String(funnel[key])])),
    'Rejected, by reason': listed(reasons),
    'Approved, by schema': listed(schemas),
    'From request to verdict': p50 === null || p90 === null ? undefined : `p50 ${span(p50)}, p90 ${span(p90)}`,
  });
}

/** Returns the funnel as CSV: one line for each number. The names are those of the JSON. */
export function funnelCsv(funnel: Funnel): string {
  const { rejected_by_reason: reasons, approved_by_schema: schemas, ...numbers } = funnelFacts(funnel);
  const rows = [
    ...Object.entries(numbers).map(([name, value]) => [name, '', value === null ? '' : String(value)]),
    ...reasons.map(({ by, count }) => ['rejected_by_reason', by, String(count)]),
    ...schemas.map(({ by, count }) => ['approved_by_schema', by, String(count)]),
  ];
  return toCsv([['what', 'by', 'count'], ...rows]);
}
