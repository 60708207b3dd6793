import type { LedgerEvent, Snapshot } from '../../webhook/model.ts';
import { EVENTS, type EventName } from './table-events.ts';
import { ATTEMPTS, type AttemptName, STANDINGS, type StandingName, situation } from './table-rows.ts';

/** One cell: a standing, beside it an attempt, and what an event makes of the two. */
export interface Cell {
  readonly standing: StandingName;
  readonly attempt: AttemptName;
  readonly event: EventName;
  readonly before: Snapshot;
  readonly after: Snapshot;
  readonly events: readonly LedgerEvent[];
  /** The moment of the event, epoch milliseconds. */
  readonly at: number;
}

/** `Object.keys` forgets that it knows the keys. */
export function names<Name extends string>(axis: Readonly<Record<Name, unknown>>): Name[] {
  const all: Name[] = [];
  for (const name in axis) all.push(name);
  return all;
}

/** The cell, or undefined where the event cannot happen. */
export async function cell(standing: StandingName, attempt: AttemptName, event: EventName): Promise<Cell | undefined> {
  const before = situation(standing, attempt);
  const happened = await EVENTS[event](before);
  if (happened === undefined) return undefined;
  const { at, change } = happened;
  return { standing, attempt, event, before, after: change?.snapshot ?? before, events: change?.events ?? [], at };
}

/** Every cell in which the event can happen. */
export async function allCells(): Promise<Cell[]> {
  const wanted = names(STANDINGS).flatMap((standing) =>
    names(ATTEMPTS).flatMap((attempt) => names(EVENTS).map((event) => cell(standing, attempt, event))),
  );
  return (await Promise.all(wanted)).filter((found) => found !== undefined);
}
