import type { FakeKratos } from './kratos.ts';

interface Span {
  readonly identityId: string;
  readonly from: number;
  readonly to: number;
  /** The content that was sent; undefined for a read. */
  readonly body: string | undefined;
}

/** The fake Kratos, slowed down, with the start and end of each call: only the test of two replicas needs the times. */
export interface RecordedKratos extends FakeKratos {
  readonly spans: readonly Span[];
  /** Pairs of overlapping calls for one identity. */
  overlaps(): [Span, Span][];
}

/** @param longestMs the longest delay of a call; each call takes a random part of it */
export function withRecordedCalls(kratos: FakeKratos, longestMs: number): RecordedKratos {
  const spans: Span[] = [];
  const slowly = async <T>(identityId: string, body: string | undefined, call: () => Promise<T>): Promise<T> => {
    const from = performance.now();
    await new Promise((resolve) => setTimeout(resolve, (0.2 + 0.8 * Math.random()) * longestMs));
    const value = await call();
    spans.push({ identityId, from, to: performance.now(), body });
    return value;
  };
  return {
    ...kratos,
    spans,
    overlaps: () => overlapping(spans),
    publish: (id, content) => slowly(id, JSON.stringify(content), () => kratos.publish(id, content)),
    setState: (id, state, content) => slowly(id, state, () => kratos.setState(id, state, content)),
    read: (id) => slowly(id, undefined, () => kratos.read(id)),
  };
}

function overlapping(spans: readonly Span[]): [Span, Span][] {
  const sorted = [...spans].sort((one, other) => one.from - other.from);
  const last = new Map<string, Span>();
  const found: [Span, Span][] = [];
  for (const span of sorted) {
    const before = last.get(span.identityId);
    if (before !== undefined && before.to > span.from) found.push([before, span]);
    if (before === undefined || before.to < span.to) last.set(span.identityId, span);
  }
  return found;
}
