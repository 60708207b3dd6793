import type { CaseAct } from '../model.ts';
import type { OperatorReason, OperatorSettings, Role } from './settings.ts';

/** Somebody who works at the console. */
export interface Operator {
  /** As the list of operators names them: this stands in events. */
  readonly id: string;
  /** Shown, and never stored. */
  readonly name: string;
  readonly role: Role;
}

/** What the console lets operators do. */
export type Task = 'findings' | 'take' | 'decide' | 'confirm' | 'evidence' | 'audit' | 'export';

/** The roles that may do a task (docs/console.md#configuration). */
const ALLOWED: Readonly<Record<Task, readonly Role[]>> = {
  // A hit on a watch list says something grave of a person.
  findings: ['reviewer', 'approver'],
  take: ['reviewer', 'approver'],
  decide: ['reviewer', 'approver'],
  evidence: ['reviewer', 'approver'],
  confirm: ['approver'],
  audit: ['approver'],
  export: ['approver'],
};

/** Whether an operator's role lets them do a task. */
export function may({ role }: Pick<Operator, 'role'>, task: Task): boolean {
  return ALLOWED[task].includes(role);
}

/** Returns the operator of the list with this id; undefined: nobody of the list has it. */
export function operatorOf({ people }: OperatorSettings, id: string): Operator | undefined {
  const found = Object.hasOwn(people, id) ? people[id] : undefined;
  return found && { id, ...found };
}

/**
 * Returns the operator whom a name at a command means: by the id in the list, or by the name, which must be of one person.
 * It is a claim and no sign-in (docs/console.md#two-people).
 */
export function operatorNamed(settings: OperatorSettings, name: string): Operator | undefined {
  const byId = operatorOf(settings, name);
  if (byId !== undefined) return byId;
  const same = Object.entries(settings.people).filter(([, one]) => one.name.toLowerCase() === name.toLowerCase());
  const [only] = same;
  return same.length === 1 && only !== undefined ? { id: only[0], ...only[1] } : undefined;
}

/** Returns how an id in an event is shown: the name in the list, else the id itself. */
export function shownName(settings: OperatorSettings, id: string): string {
  return operatorOf(settings, id)?.name ?? id;
}

/** Returns the reasons for which an operator may do this, in the order of the list. */
export function reasonsFor({ reasons }: OperatorSettings, act: CaseAct): OperatorReason[] {
  return reasons.filter((one) => one.for.includes(act));
}

/** Whether the list has this reason for this act. */
export function isReasonFor(settings: OperatorSettings, act: CaseAct, key: string): boolean {
  return reasonsFor(settings, act).some((one) => one.key === key);
}

/** Returns why a note is refused, because it is kept for good; undefined: it is not. */
export function flawOfNote(note: string): string | undefined {
  if (note.length > 100 || /[\p{Cc}\p{Cs}]/u.test(note)) return 'Expected one line of up to 100 characters.';
  if (/@|\d{5,}/.test(note)) return 'It is kept for good: use no e-mail address, and no number of five digits or more.';
  return undefined;
}
