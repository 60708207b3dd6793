import { z } from 'zod';
import type { NumbersReport } from '../../../../webhook/ledger/reports/daily.ts';
import type { SideConnection } from '../../../support/service/databases.ts';

const DAY = 86_400_000;

/** PostgreSQL's driver gives a bigint as text. */
const number = z.coerce.number();

const numberOrNull = z.preprocess((value) => value ?? undefined, number.optional());

const identities = z.array(
  z.object({
    id: z.string(),
    first_seen_at: number,
    kratos_created_at: numberOrNull,
    schema_id: z.string().nullable(),
  }),
);

const verifications = z.array(
  z.object({
    id: z.string(),
    identity_id: z.string(),
    source: z.string(),
    requested_at: number,
    jumio_status: z.string().nullable(),
    decision: z.string().nullable(),
    state: z.string(),
    attempt: number,
    reason: z.string().nullable(),
    completed_at: numberOrNull,
  }),
);

const detail = z.looseObject({
  verdict: z.string().optional(),
  previous: z.string().nullish(),
  status: z.string().optional(),
  name: z.string().optional(),
  rule: z.number().optional(),
});

const events = z.array(
  z.object({
    at: number,
    kind: z.string(),
    identity_id: z.string().nullable(),
    verification_id: z.string().nullable(),
    detail: z.string().transform((text) => detail.parse(JSON.parse(text))),
  }),
);

type Attempt = z.infer<typeof verifications>[number];

type Event = z.infer<typeof events>[number];

type Person = z.infer<typeof identities>[number];

const COUNTED = [
  'started',
  'decided',
  'overridden',
  'blocked',
  'would_block',
  'undecided',
  'creation_paused',
  'erased',
];

const REACHED = ['ACQUISITION_STARTED', 'ACQUIRED', 'PROCESSED', 'SESSION_EXPIRED'];

function labelOf({ kind, detail: { verdict, status, name, rule } }: Event): string | null {
  if (kind === 'decided' || kind === 'overridden') return verdict ?? null;
  if (kind !== 'blocked' && kind !== 'would_block') return null;
  if (status === 'unknown') return 'ON_FAILURE';
  return name ?? (rule === undefined ? 'no rule' : `rule ${rule}`);
}

function tally(keys: readonly string[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return [...counts].sort(([one], [other]) => (one < other ? -1 : 1));
}

function parts(keys: readonly string[]): { by: string; count: number }[] {
  return tally(keys).map(([by, count]) => ({ by, count }));
}

function ascending(times: readonly number[]): number[] {
  return times.toSorted((one, other) => one - other);
}

function nearestRank(times: readonly number[], percent: number): number | null {
  return ascending(times)[Math.ceil((times.length * percent) / 100) - 1] ?? null;
}

function median(times: readonly number[]): number {
  const sorted = ascending(times);
  const half = sorted.length / 2;
  return ((sorted[Math.ceil(half) - 1] ?? Number.NaN) + (sorted[Math.floor(half)] ?? Number.NaN)) / 2;
}

const dayOf = (at: number): number => Math.floor(at / DAY);

function countsOf(asked: readonly Person[], happened: readonly Event[]): Record<string, number> {
  const seen = [
    ...asked.map(({ first_seen_at: at }) => [dayOf(at), 'sign_up', null]),
    ...happened.filter(({ kind }) => COUNTED.includes(kind)).map((one) => [dayOf(one.at), one.kind, labelOf(one)]),
  ];
  return Object.fromEntries(tally(seen.map((key) => JSON.stringify(key))));
}

function mediansOf(happened: readonly Event[], all: readonly Attempt[]): Record<number, number> {
  const times = new Map<number, number[]>();
  for (const { at, kind, verification_id: id, detail: said } of happened) {
    const requestedAt = all.find((row) => row.id === id)?.requested_at;
    if (kind !== 'decided' || (said.previous ?? null) !== null || requestedAt === undefined) continue;
    times.set(dayOf(at), [...(times.get(dayOf(at)) ?? []), at - requestedAt]);
  }
  return Object.fromEntries([...times].map(([day, list]) => [day, median(list)]));
}

function funnelOf(people: readonly Person[], attempts: readonly Attempt[]) {
  const schemas = new Map(people.map((person) => [person.id, person.schema_id]));
  const of = (predicate: (row: Attempt) => boolean): Attempt[] => attempts.filter(predicate);
  const took = attempts.flatMap(({ decision, completed_at: end, requested_at: begin }) =>
    decision === null || end === undefined ? [] : [end - begin],
  );
  const passed = of(({ decision }) => decision === 'PASSED');
  return {
    requested: attempts.length,
    reachedJumio: of(({ jumio_status: status }) => REACHED.includes(status ?? '')).length,
    captured: of(({ jumio_status: status }) => status === 'ACQUIRED' || status === 'PROCESSED').length,
    decided: of(({ decision }) => decision !== null).length,
    approved: passed.length,
    expired: of(({ state }) => state === 'expired').length,
    secondTries: of(({ attempt }) => attempt > 1).length,
    p50: nearestRank(took, 50),
    p90: nearestRank(took, 90),
    rejectedByReason: parts(of(({ decision }) => decision === 'FAILED').map(({ reason }) => reason ?? 'forgotten')),
    approvedBySchema: parts(passed.map(({ identity_id: id }) => schemas.get(id) ?? 'unknown')),
  };
}

/** A report, in a form in which its order is that of the words. */
export function comparable({ counts, medians, funnel }: NumbersReport) {
  const keyed = counts.map(({ day, kind, label, count }) => [JSON.stringify([day, kind, label]), count] as const);
  return {
    counts: Object.fromEntries(keyed),
    medians: Object.fromEntries(medians.map(({ day, median: ms }) => [day, ms])),
    funnel,
  };
}

/** Such a report since a time from every row and every event, written anew: nothing of it is the service's. */
export async function slowReport(door: SideConnection, since: number): Promise<ReturnType<typeof comparable>> {
  const people = identities.parse(await door.run('select * from identities'));
  const all = verifications.parse(await door.run('select * from verifications'));
  const happened = events.parse(await door.run('select * from events')).filter(({ at }) => at >= since);
  const asked = people.filter(
    ({ first_seen_at: seen, kratos_created_at: made }) => seen >= since && (made === undefined || seen - made < DAY),
  );
  const answered = (wanted: string): number =>
    new Set(happened.flatMap(({ kind, identity_id: id }) => (kind === wanted ? (id ?? []) : []))).size;
  const attempts = all.filter(({ source, requested_at: at }) => source === 'jumio' && at >= since);
  return {
    counts: countsOf(asked, happened),
    medians: mediansOf(happened, all),
    funnel: {
      asked: asked.length,
      agreed: answered('consent'),
      declined: answered('declined'),
      ...funnelOf(people, attempts),
    },
  };
}
