import type { CaseAct } from '../../model.ts';
import { type OperatorSettings, reasonsFor, shownName } from '../../operators/index.ts';
import { html, type Markup } from '../pages/render.ts';

/** Returns a time for people and programs: UTC, to the second. */
export function time(at: number | null): Markup | string {
  if (at === null) return '–';
  const iso = new Date(at).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 19).replace('T', ' ')}Z</time>`;
}

const UNITS: readonly (readonly [ms: number, one: string, many: string])[] = [
  [86_400_000, 'day', 'days'],
  [3_600_000, 'hour', 'hours'],
  [60_000, 'minute', 'minutes'],
  [1_000, 'second', 'seconds'],
];

/** Returns milliseconds in the largest unit that fits, rounded down: `3 days`. */
export function span(ms: number): string {
  const [size, one, many] = UNITS.find(([of]) => ms >= of) ?? [1_000, 'second', 'seconds'];
  const count = Math.max(0, Math.floor(ms / size));
  return `${count} ${count === 1 ? one : many}`;
}

/** What an act is called on a button, and after it was done. */
export const ACT_WORDS: Readonly<Record<CaseAct, { readonly name: string; readonly done: string }>> = {
  approve: { name: 'Approve', done: 'approved' },
  reject: { name: 'Reject', done: 'rejected' },
  new_attempt: { name: 'New attempt', done: 'granted one more attempt' },
};

/** Returns what an auditor reads for the key of a reason. */
export function reasonText(settings: OperatorSettings, act: CaseAct, key: string): string {
  return reasonsFor(settings, act).find((one) => one.key === key)?.text ?? key;
}

/** What happened, for the events that operators cause and look for; any other is shown by its name. */
const EVENTS: Readonly<Record<string, string>> = {
  overridden: 'decided by an operator',
  granted: 'one more attempt granted',
  proposed: 'a decision proposed',
  turned_down: 'a proposal turned down',
  withdrawn: 'a proposal withdrawn',
  case_viewed: 'the case opened',
  evidence_viewed: 'looked at in Jumio’s records',
  evidence_refused: 'not given by Jumio',
  exported: 'exported',
  rechecked: 'checked again',
  erased: 'erased',
  decided: 'decided by Jumio',
  requested: 'an attempt begun',
  started: 'the attempt created at Jumio',
  published: 'published to Kratos',
};

/** Returns an event in words. */
export function eventWords(kind: string): string {
  return Object.hasOwn(EVENTS, kind) ? (EVENTS[kind] ?? kind) : kind;
}

/** The members of an event that name an operator. */
const NAMES = new Set(['by', 'proposed_by']);

/** Returns the details of an event as `name value`; operators by their names, where the list still has them. */
export function eventDetail(settings: OperatorSettings, detail: unknown): string {
  if (typeof detail !== 'object' || detail === null) return '';
  return Object.entries(detail)
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name} ${NAMES.has(name) ? shownName(settings, String(value)) : String(value)}`)
    .join(', ');
}

/** Returns the operator that an event names, by name; undefined: it names none, so a program caused it. */
export function whoDid(settings: OperatorSettings, detail: unknown): string | undefined {
  if (typeof detail !== 'object' || detail === null || !('by' in detail)) return undefined;
  return typeof detail.by === 'string' ? shownName(settings, detail.by) : undefined;
}
