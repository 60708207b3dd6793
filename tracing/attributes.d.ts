/** Returns the attributes that a span may carry. */
export function keptAttributes(attributes: Readonly<Record<string, unknown>>): Record<string, unknown>;

/** The parts of an ended span that are changed. */
export interface EndedSpan {
  readonly attributes: Record<string, unknown>;
  readonly events: unknown[];
  readonly status: { code: number; message?: string };
}

/** Removes from an ended span what it may not carry: attributes, the events (they hold the messages of exceptions), and the text of its status. */
export function scrub(span: EndedSpan): void;
