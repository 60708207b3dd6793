import type { z } from 'zod';
import type { Store } from '../../database/store.ts';
import type { DayPart } from '../../tables.ts';
import { MARGIN_MS } from '../first-event.ts';
import { countEvents, type EventFigures, eventFigures, NO_EVENTS } from './event-figures.ts';
import { countRows, NO_ROWS, type RowFigures, rowFigures } from './row-figures.ts';
import type { Range, SlicePause } from './slices.ts';

/** A part of a day's figures: how it is counted, and how it is stored. */
export interface CountedPart<Figures> {
  readonly name: DayPart;
  /** From so many milliseconds after its end a day is counted. */
  readonly settledMs: number;
  readonly stored: z.ZodType<Figures>;
  /** The figures of a day without anything. */
  readonly none: Figures;
  /** Counts a time by day; a day without anything is left out. */
  readonly count: (store: Store, span: Range, pause: SlicePause) => Promise<Map<number, Figures>>;
}

/** What the events of a day say. */
export const eventsPart: CountedPart<EventFigures> = {
  name: 'events',
  // No event of the day comes later, so a count stays right.
  settledMs: MARGIN_MS,
  stored: eventFigures,
  none: NO_EVENTS,
  count: countEvents,
};

/** What identities and verifications say of a day. */
export const rowsPart: CountedPart<RowFigures> = {
  name: 'rows',
  // A change has the day counted anew (database/day-triggers.ts): this only spares most of those of the last minutes.
  settledMs: 3_600_000,
  stored: rowFigures,
  none: NO_ROWS,
  count: countRows,
};
