import type { Verdict } from '../model.ts';
import { type Observer, ruleLabel } from '../verification/observer.ts';
import { decisionOf, type Policy, type Rule } from '../verification/policy/index.ts';
import { CALLBACK_RESULTS, REASONS, STATUSES } from './known.ts';
import type { MetricRegistry, SeriesLabels } from './registry.ts';

/** From a second to three days. An objective speaks of 60 seconds (docs/metrics.md#objectives). */
const BUCKETS_S = [1, 5, 15, 60, 300, 900, 3_600, 21_600, 86_400, 259_200];

/** Rules × statuses that they decide. */
const MOST_SIGN_INS = 120;

const MOST_DECISIONS = 25;

/** The gate as it is configured: it says which decisions there can be. */
export interface GateSettings {
  readonly policy: Policy;
  readonly mode: 'enforce' | 'shadow';
}

/** Every decision that a sign-in can have by this policy. */
function signInsOf({ policy, mode }: GateSettings): SeriesLabels<'decision' | 'status' | 'rule'>[] {
  const refused = mode === 'shadow' ? 'would_block' : 'block';
  const ofRule = (rule: Rule) => {
    const { flow, status = STATUSES } = rule.when;
    if (flow?.every((one) => one === 'api') === true) return [];
    return status.map((one) => {
      const decision = decisionOf(rule, one) === 'allow' ? 'allow' : refused;
      return { decision, status: one, rule: ruleLabel(rule) };
    });
  };
  const undecided = { decision: 'undecided', status: 'unknown', rule: ruleLabel(null) };
  return [undecided, ...[...new Set([...policy.rules, policy.otherwise])].flatMap(ofRule)];
}

/** The decisions of every installation; those of an eID are counted as they occur. */
function usualDecisions(): SeriesLabels<'verdict' | 'source' | 'reason'>[] {
  const without = (verdict: Verdict, source: string) => ({ verdict, source, reason: 'none' });
  return [
    without('PASSED', 'jumio'),
    without('WARNING', 'jumio'),
    ...REASONS.map((reason) => ({ verdict: 'FAILED', source: 'jumio', reason })),
    without('PASSED', 'operator'),
    without('FAILED', 'operator'),
  ];
}

/** Returns what counts sign-ins, callbacks and verifications. */
export function measuredHappenings({ counter, histogram }: MetricRegistry, gate: GateSettings): Observer {
  const signIn = counter({
    name: 'gate_decisions_total',
    help: 'Sign-ins that the gate has decided, by the rule of the policy that decided.',
    labels: ['decision', 'status', 'rule'],
    most: MOST_SIGN_INS,
    kept: 'decision',
    known: signInsOf(gate),
  });
  const callback = counter({
    name: 'callbacks_total',
    help: 'Callbacks of Jumio: kept (the read is durable), repeat, forged, unknown (genuine, of no execution of this service).',
    labels: ['result'],
    most: CALLBACK_RESULTS.length + 1,
    known: CALLBACK_RESULTS.map((result) => ({ result })),
  });
  const started = counter({
    name: 'verifications_started_total',
    help: 'Executions that were created at Jumio.',
    labels: [],
    most: 2,
    known: [{}],
  });
  const decided = counter({
    name: 'verifications_decided_total',
    help: 'Decisions, by Jumio, an operator or an eID; counted when the published copy has them.',
    labels: ['verdict', 'source', 'reason'],
    most: MOST_DECISIONS,
    known: usualDecisions(),
  });
  const timed = (name: string, help: string) =>
    histogram({ name, help, labels: [], buckets: BUCKETS_S, most: 2, known: [{}] })({});
  const toVerdict = timed(
    'time_to_verdict_seconds',
    'From the request of a verification to the first decision of Jumio.',
  );
  const toPublication = timed('publish_delay_seconds', 'From a decision in the ledger to its copy in Kratos.');
  return {
    signIn,
    callback: (result) => callback({ result }),
    started: () => started({}),
    decided: ({ verdict, source, reason, sinceRequestMs, sinceKnownMs }) => {
      decided({ verdict, source, reason: reason ?? 'none' });
      if (sinceRequestMs !== null) toVerdict(sinceRequestMs / 1_000);
      toPublication(sinceKnownMs / 1_000);
    },
  };
}
