import type { CallbackKind, Decision } from '../history/history.ts';
import { type Seeded, seeded, weighted } from '../seeded.ts';

/** How an execution goes on at Jumio. */
export type Outcome =
  | ({ readonly status: 'PROCESSED' } & Pick<Decision, 'type' | 'isRetryable'>)
  | { readonly status: 'SESSION_EXPIRED' | 'GONE' };

/** A callback that the driver will send. */
export interface PlannedCallback {
  readonly kind: CallbackKind;
  readonly delayMs: number;
}

/** What happens to a person, in order. */
export type Step =
  | { readonly do: 'sign-in' }
  /** Callbacks before Jumio has decided anything. */
  | { readonly do: 'announce'; readonly attempt: 1 | 2; readonly callbacks: readonly PlannedCallback[] }
  | {
      readonly do: 'outcome';
      readonly attempt: 1 | 2;
      readonly outcome: Outcome;
      readonly callbacks: readonly PlannedCallback[];
      /** A callback that gets no 2xx is given up: the timers must find the result. */
      readonly givesUp: boolean;
    }
  /** Waits for this status, and asks for another attempt. */
  | { readonly do: 'restart'; readonly after: 'rejected' | 'expired' };

/** Everything that one person will do. */
export interface PersonPlan {
  readonly identityId: string;
  readonly steps: readonly Step[];
}

const PASSED: Outcome = { status: 'PROCESSED', type: 'PASSED', isRetryable: false };
const WARNING: Outcome = { status: 'PROCESSED', type: 'WARNING', isRetryable: false };
const REJECTED: Outcome = { status: 'PROCESSED', type: 'REJECTED', isRetryable: false };
const UNREADABLE: Outcome = { status: 'PROCESSED', type: 'REJECTED', isRetryable: true };
const EXPIRED: Outcome = { status: 'SESSION_EXPIRED' };
const GONE: Outcome = { status: 'GONE' };

type ShortStep = readonly [attempt: 1 | 2, outcome: Outcome] | 'restart after rejected' | 'restart after expired';

/** The journeys of people, and how often each occurs. */
const JOURNEYS = {
  passed: { weight: 30, steps: [[1, PASSED]] },
  'sent to review': { weight: 7, steps: [[1, WARNING]] },
  rejected: { weight: 16, steps: [[1, REJECTED]] },
  'never finished': { weight: 4, steps: [] },
  gone: { weight: 2, steps: [[1, GONE]] },
  'passed, then rejected': {
    weight: 6,
    steps: [
      [1, PASSED],
      [1, REJECTED],
    ],
  },
  'rejected, then passed': {
    weight: 4,
    steps: [
      [1, REJECTED],
      [1, PASSED],
    ],
  },
  'review, then passed': {
    weight: 4,
    steps: [
      [1, WARNING],
      [1, PASSED],
    ],
  },
  'unreadable, again, passed': { weight: 8, steps: [[1, UNREADABLE], 'restart after rejected', [2, PASSED]] },
  'unreadable, again, rejected': { weight: 4, steps: [[1, UNREADABLE], 'restart after rejected', [2, REJECTED]] },
  'unreadable, again, left': { weight: 4, steps: [[1, UNREADABLE], 'restart after rejected'] },
  'unreadable, again, expired': { weight: 3, steps: [[1, UNREADABLE], 'restart after rejected', [2, EXPIRED]] },
  'expired, again, passed': { weight: 4, steps: [[1, EXPIRED], 'restart after expired', [2, PASSED]] },
  // Laundering: an attempt that was kept open passes after a final rejection of a newer one.
  'expired, again, rejected, late pass': {
    weight: 5,
    steps: [[1, EXPIRED], 'restart after expired', [2, REJECTED], [1, PASSED]],
  },
  'expired, again, passed, late rejection': {
    weight: 3,
    steps: [[1, EXPIRED], 'restart after expired', [2, PASSED], [1, REJECTED]],
  },
} satisfies Readonly<Record<string, { readonly weight: number; readonly steps: readonly ShortStep[] }>>;

/** What every announcement may contain besides the truth. */
const FORGED: readonly [CallbackKind, ...CallbackKind[]] = [
  'foreign-execution',
  'bad-signature',
  'bad-mac',
  'unknown-reference',
  'garbage',
  'control-character',
  'oversize',
];

function spread(random: Seeded, kind: CallbackKind): PlannedCallback {
  return { kind, delayMs: random.below(900) };
}

function forgeries(random: Seeded, most: number): PlannedCallback[] {
  return Array.from({ length: random.below(most + 1) }, () => spread(random, random.pick(FORGED)));
}

/** Before a result: claims that Jumio never made, forgeries, and progress. */
function announcement(random: Seeded): PlannedCallback[] {
  return [...forgeries(random, 2), spread(random, 'claimed'), ...(random.chance(0.5) ? [spread(random, 'late')] : [])];
}

/** With a result: the truth, duplicates, older news, and forgeries. @param isLost the truth never arrives */
function news(random: Seeded, isLost: boolean): PlannedCallback[] {
  if (isLost) return [...forgeries(random, 3), spread(random, 'bad-mac')];
  const duplicates = Array.from({ length: 2 + random.below(6) }, () => spread(random, 'duplicate'));
  const older = random.chance(0.6) ? [spread(random, 'late')] : [];
  const truth = spread(random, random.chance(0.2) ? 'signed' : 'genuine');
  return [truth, ...duplicates, ...older, ...forgeries(random, 2)];
}

function stepsOf(random: Seeded, short: readonly ShortStep[]): Step[] {
  const known = new Set<number>();
  const steps: Step[] = [{ do: 'announce', attempt: 1, callbacks: [...announcement(random), spread(random, 'early')] }];
  for (const [index, step] of short.entries()) {
    if (step === 'restart after rejected') steps.push({ do: 'restart', after: 'rejected' });
    else if (step === 'restart after expired') steps.push({ do: 'restart', after: 'expired' });
    else {
      const [attempt, outcome] = step;
      // Only the first result of an execution is found by timers; nothing waits for it where it is the last step.
      const mayBeLost = !known.has(attempt) && index === short.length - 1;
      known.add(attempt);
      const callbacks = news(random, mayBeLost && random.chance(0.12));
      steps.push({ do: 'outcome', attempt, outcome, callbacks, givesUp: mayBeLost && random.chance(0.3) });
    }
    if (random.chance(0.6)) steps.push({ do: 'sign-in' });
  }
  return steps;
}

function planOf(seed: number, index: number): PersonPlan {
  const random = seeded(seed, 'person', index);
  const weights = Object.fromEntries(Object.entries(JOURNEYS).map(([name, { weight }]) => [name, weight]));
  const journey = Object.entries(JOURNEYS).find(([name]) => name === weighted(random, weights));
  return { identityId: random.uuid(), steps: stepsOf(random, journey?.[1].steps ?? []) };
}

function callbacksIn({ steps }: PersonPlan): number {
  return steps.reduce((sum, step) => sum + ('callbacks' in step ? step.callbacks.length : 0), 0);
}

/** Returns the plans of as many people as it takes to send so many callbacks. */
export function planPeople(seed: number, callbacks: number): PersonPlan[] {
  const people: PersonPlan[] = [];
  for (let planned = 0; planned < callbacks; ) {
    const plan = planOf(seed, people.length);
    people.push(plan);
    planned += callbacksIn(plan);
  }
  return people;
}
