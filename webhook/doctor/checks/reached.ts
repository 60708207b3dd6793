import { notCheckable } from '../finding.ts';
import type { Asked } from '../probes/ask.ts';

/** Of a neighbour that there is no way to ask. */
export const NOT_ASKED = notCheckable('it was not asked');

/** What came back, without a word of its content. */
export function words(asked: Asked): string {
  if ('failure' in asked) return `no answer (${asked.failure})`;
  return `${asked.status}${asked.json === undefined ? ', not JSON' : ''}`;
}
