import type { CallKind } from '../faults.ts';
import type { Sandbox } from '../state.ts';

type Api = 'token' | 'accounts' | 'retrieval';

const API: Readonly<Record<CallKind, Api | undefined>> = {
  token: 'token',
  create: 'accounts',
  update: 'accounts',
  details: 'retrieval',
  steps: 'retrieval',
  delete: 'retrieval',
  image: 'retrieval',
  // No limit is published for these (docs/reference/jumio.md#37-errors-and-limits).
  status: undefined,
  prepared: undefined,
};

/** docs/reference/jumio.md#37-errors-and-limits; the sizes of the bursts are assumptions. */
const DOCUMENTED = {
  token: { perSecond: 10, burst: 10 },
  accounts: { perSecond: 1, burst: 5 },
  retrieval: { perSecond: 15, burst: 15 },
};

/** Takes one call from the budget of its API, which refills in real time; false where the budget is empty. */
export function takeFromBudget(sandbox: Sandbox, kind: CallKind): boolean {
  const { rateLimits } = sandbox.settings;
  const api = API[kind];
  if (rateLimits === 'off' || api === undefined) return true;
  const limit = rateLimits === 'documented' ? DOCUMENTED[api] : rateLimits[api];
  if (!limit) return true;
  const now = performance.now();
  const bucket = sandbox.buckets.get(api) ?? { tokens: limit.burst, at: now };
  const tokens = Math.min(limit.burst, bucket.tokens + ((now - bucket.at) / 1000) * limit.perSecond);
  const allowed = tokens >= 1;
  sandbox.buckets.set(api, { tokens: allowed ? tokens - 1 : tokens, at: now });
  return allowed;
}
