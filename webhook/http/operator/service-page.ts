import type { FastifyInstance } from 'fastify';
import { readService, type ServiceView } from '../../verification/operator/index.ts';
import { html, type Markup } from '../pages/render.ts';
import { type ConsoleOptions, casePath, PATHS } from './console.ts';
import { pairs, type RenderConsole, table } from './document.ts';
import { span, time } from './words.ts';

/** What each kind means; `list --stuck` says the same at more length. */
const MEANINGS: Readonly<Record<string, string>> = {
  publish_stuck: 'Kratos refuses our PATCH for good',
  gone: 'Kratos does not have the identity',
  parked: 'Jumio refused to create this execution',
  not_created: 'three tries or more had no usable answer',
  unreadable: 'the execution cannot be read',
  contradiction: 'the copy in Kratos shows a decision that is not ours',
  late_pass: 'an older attempt passed after a final rejection',
  eid_unread: 'an eID has not been read for an hour or more',
  erase_owed: 'erased an hour ago or more, and not everywhere yet',
};

function stuckBlock({ stuck, hasMore }: ServiceView, now: number): Markup {
  if (stuck.length === 0) return html`<p>Nothing is stuck.</p>\n`;
  const rows = stuck.map(({ kind, identity, since, detail }) => [
    html`<a href="${casePath(identity)}" class="id">${identity}</a>`,
    MEANINGS[kind] ?? kind,
    html`${span(now - since)}<br>${time(since)}`,
    detail ?? '–',
  ]);
  const more = hasMore ? html`<p>There are more: <code>list --stuck</code> prints all.</p>\n` : undefined;
  return html`${table('What is stuck', ['Person', 'What', 'Since', 'Detail'], rows)}${more}`;
}

function pausedBlock({ paused }: ServiceView, now: number): Markup {
  if (paused.length === 0) return html`<p>No budget is paused.</p>\n`;
  const rows = paused.map(({ name, pausedUntil, reason }) => [
    name,
    reason ?? 'an answer 429 asked for it',
    pausedUntil > now ? time(pausedUntil) : 'the next call is a trial',
  ]);
  return table('What is paused', ['Budget', 'Why', 'Until'], rows);
}

function body(view: ServiceView, degraded: readonly string[], now: number): Markup {
  const { mode, onFailure, policy } = view.gate;
  const list = degraded.map((one) => html`<li>${one}</li>`);
  const readiness = degraded.length === 0 ? html`<p>This replica is in order.</p>` : html`<ul>${list}</ul>`;
  return html`<h2>Readiness</h2>
${readiness}
<h2>Gate</h2>
${pairs([
  ['Mode', mode],
  ['Where nothing can be read', onFailure],
  ['Policy', html`<code>${policy}</code>`],
])}<h2>Paused</h2>
${pausedBlock(view, now)}<h2>Stuck</h2>
${stuckBlock(view, now)}`;
}

/** `GET /operator/service`: what is degraded, paused and stuck. Read only. */
export function serviceRoute(
  app: FastifyInstance,
  { ctx, degraded, render }: Pick<ConsoleOptions, 'ctx' | 'degraded'> & { readonly render: RenderConsole },
): void {
  app.get(PATHS.service, async (_request, reply) => {
    const [view, problems] = await Promise.all([readService(ctx), degraded()]);
    return render(reply, 200, { title: 'Service', screen: 'service', body: body(view, problems, ctx.clock.now()) });
  });
}
