import type { FastifyRequest } from 'fastify';
import { z } from 'zod';
import { html, type Markup } from '../../pages/render.ts';
import { casePath, PATHS } from '../console.ts';

const WHAT = ['approve', 'reject', 'proposed', 'turned_down'] as const;

/** What a press has done. */
export type Done = (typeof WHAT)[number];

const query = z.object({ done: z.enum(WHAT), who: z.uuid() });

const SENTENCES: Readonly<Record<Done, string>> = {
  approve: 'is approved. The service publishes it now.',
  reject: 'is rejected. The service publishes it now.',
  proposed: 'waits for a second person: your proposal is recorded.',
  turned_down: 'is undecided again: the proposal is gone.',
};

/** Returns what the press that led to a page has done, as its address says; it decides nothing. */
export function doneNotice(request: FastifyRequest): Markup | undefined {
  const parsed = query.safeParse(request.query);
  if (!parsed.success) return undefined;
  const { done, who } = parsed.data;
  return html`<p class="notice" role="status"><a href="${casePath(who)}" class="id">${who}</a> ${SENTENCES[done]}</p>\n`;
}

/** Returns the page after a press: the next case, or the queue if none is left. The heading gets the focus. */
export function pathAfter(next: string | undefined, done: Done, who: string): string {
  const page = next === undefined ? PATHS.queue : casePath(next);
  return `${page}?${new URLSearchParams({ done, who }).toString()}#title`;
}
