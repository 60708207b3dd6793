import type { z } from 'zod';
import type { Store } from '../../database/store.ts';
import type { DayPart } from '../../tables.ts';
import { countEvents, type EventFigures, eventFigures, NO_EVENTS } from './event-figures.ts';
import { countRows, NO_ROWS, type RowFigures, rowFigures } from './row-figures.ts';
import type { Range, SlicePause } from './slices.ts';

/** A part of a day's figures: how it is counted, and how it is stored. */
export interface CountedPart<Figures> {
  readonly name: DayPart;
  readonly stored: z.ZodType<Figures>;
  /** The figures of a day without anything. */
  readonly none: Figures;
  /** Counts a time by day; a day without anything is left out. */
  readonly count: (store: Store, span: Range, pause: SlicePause) => Promise<Map<number, Figures>>;
}

/** What the events of a day say. */
export const eventsPart: CountedPart<EventFigures> = {
  name: 'events',
  stored: eventFigures,
  none: NO_EVENTS,
  count: countEvents,
};

/** What identities and verifications say of a day. */
export const rowsPart: CountedPart<RowFigures> = { name: 'rows', stored: rowFigures, none: NO_ROWS, count: countRows };
