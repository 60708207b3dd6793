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

/** What happened, for the events of a person and of the console, and who causes one that names nobody; any other is shown by its name. */
const EVENTS: Readonly<Record<string, readonly [words: string, who: string]>> = {
  overridden: ['decided by an operator', 'an operator'],
  granted: ['one more attempt granted', 'an operator'],
  proposed: ['a decision proposed', 'an operator'],
  turned_down: ['a proposal turned down', 'an operator'],
  withdrawn: ['a proposal withdrawn', 'an operator'],
  case_viewed: ['the case opened', 'an operator'],
  searched: ['searched', 'an operator'],
  evidence_viewed: ['looked at in Jumio’s records', 'an operator'],
  evidence_refused: ['not given by Jumio', 'Jumio'],
  exported: ['exported', 'an operator'],
  rechecked: ['checked again', 'a command'],
  erased: ['erased', 'a command'],
  consent: ['agreed to the consent text', 'the person'],
  declined: ['declined', 'the person'],
  blocked: ['a sign-in refused', 'the person'],
  would_block: ['a sign-in that would be refused', 'the person'],
  address_issued: ['a one-time link made', 'the service'],
  address_used: ['a one-time link used', 'the person'],
  callback: ['a change reported', 'Jumio'],
  decided: ['decided by Jumio', 'Jumio'],
  findings_changed: ['other findings for the same decision', 'Jumio'],
  late_pass: ['an older attempt passed', 'Jumio'],
  eid_approved: ['approved by an eID', 'the service'],
  eid_withdrawn: ['the approval by an eID withdrawn', 'the service'],
  eid_not_enough: ['an eID that is not enough', 'the service'],
  inherited: ['a status taken over from Kratos', 'the service'],
  requested: ['an attempt begun', 'the service'],
  started: ['the attempt created at Jumio', 'the service'],
  renewed: ['a new link', 'the service'],
  expired: ['the attempt ended without a decision', 'the service'],
  published: ['published to Kratos', 'the service'],
  healed: ['what a hook had missed made up for', 'the service'],
  copy_differs: ['the published copy differed', 'the service'],
  sessions_revoked: ['the sessions revoked', 'the service'],
};

function known(kind: string) {
  return Object.hasOwn(EVENTS, kind) ? EVENTS[kind] : undefined;
}

/** Returns an event in words. */
export function eventWords(kind: string): string {
  return known(kind)?.[0] ?? kind;
}

/** Returns who causes an event that names nobody. */
export function whoCauses(kind: string): string {
  return known(kind)?.[1] ?? '–';
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
