import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { may, shownName } from '../../operators/index.ts';
import { type QueueEntry, type QueuePage, type QueueQuery, readQueue } from '../../verification/operator/index.ts';
import { anchor, html, type Markup } from '../pages/render.ts';
import { doneNotice } from './cases/done.ts';
import { type ConsoleOptions, casePath, type OperatorRequest, operatorBehind, PATHS } from './console.ts';
import { type RenderConsole, table } from './document.ts';
import { ACT_WORDS, span, time } from './words.ts';

const HOUR_MS = 3_600_000;

const AGES = { '4h': 4 * HOUR_MS, '24h': 24 * HOUR_MS, '3d': 72 * HOUR_MS } as const;

/** The address of a page of the queue. A value that is none of these counts as absent. */
const query = z.object({
  why: z.enum(['warning', 'inherited', 'late_pass', 'proposed']).optional().catch(undefined),
  age: z.enum(['4h', '24h', '3d']).optional().catch(undefined),
  mine: z.literal('yes').optional().catch(undefined),
  after: z
    .string()
    .regex(/^\d{1,15}_[0-9a-f-]{36}$/)
    .optional()
    .catch(undefined),
});

type Filters = z.infer<typeof query>;

function placeIn(after: string | undefined): QueueQuery['after'] {
  if (after === undefined) return undefined;
  const [since = '', identity = ''] = after.split('_');
  return { since: Number(since), identity };
}

function toQuery({ why, age, mine, after }: Filters, { operator }: OperatorRequest): QueueQuery {
  return {
    only: why,
    olderThanMs: age === undefined ? undefined : AGES[age],
    takenBy: mine === undefined ? undefined : operator.id,
    after: placeIn(after),
  };
}

function addressOf(filters: Filters, after?: QueueQuery['after']): string {
  const { why, age, mine } = filters;
  const next = after === undefined ? {} : { after: `${after.since}_${after.identity}` };
  const all = { ...(why && { why }), ...(age && { age }), ...(mine && { mine }), ...next };
  const text = new URLSearchParams(all).toString();
  return text === '' ? PATHS.queue : `${PATHS.queue}?${text}`;
}

const CAUSES: Readonly<Record<QueueEntry['cause'], string>> = {
  warning: 'Jumio gave a warning',
  inherited: 'in review before this service knew the person',
  late_pass: 'an older attempt passed after a final rejection',
  proposal: 'a decision is proposed',
};

const WHYS = [
  ['', 'whatever it waits for'],
  ['warning', 'a warning of Jumio’s'],
  ['inherited', 'in review from before'],
  ['late_pass', 'a late pass'],
  ['proposed', 'a proposal waits for a second person'],
] as const;

const AGE_WORDS = [
  ['', 'however long'],
  ['4h', '4 hours or longer'],
  ['24h', '24 hours or longer'],
  ['3d', '3 days or longer'],
] as const;

function select(name: string, label: string, options: readonly (readonly [string, string])[], chosen = ''): Markup {
  const all = options.map(
    ([value, text]) => html`<option value="${value}"${value === chosen ? html` selected` : undefined}>${text}</option>`,
  );
  return html`<p><label for="${name}">${label}</label> <select id="${name}" name="${name}">${all}</select></p>`;
}

function filterForm({ why, age, mine }: Filters): Markup {
  const isOpen = (why ?? age ?? mine) === undefined ? undefined : html` open`;
  return html`<details class="filters"${isOpen}><summary>Filter</summary><form method="get" action="${PATHS.queue}">
${select('why', 'Waits for', WHYS, why)}${select('age', 'Has waited', AGE_WORDS, age)}
<p><label><input type="checkbox" name="mine" value="yes"${mine && html` checked`}> Only what I have taken</label></p>
<button>Show</button></form></details>
`;
}

/** What Jumio found, for reviewers, and for nobody about themself. */
function foundText({ identity, findings }: QueueEntry, { operator }: OperatorRequest): string {
  if (identity === operator.id) return 'this is you';
  if (!may(operator, 'findings')) return 'for reviewers';
  return findings.length === 0 ? '–' : findings.join(', ');
}

function row(entry: QueueEntry, found: OperatorRequest, now: number): (Markup | string | number)[] {
  const { settings } = found;
  const { identity, since, cause, waitingOn, attempts, proposal, taken } = entry;
  const why = [
    CAUSES[cause],
    ...(waitingOn === 'jumio' || waitingOn === 'person' ? ['another attempt is under way'] : []),
    ...(proposal === undefined
      ? []
      : [`${shownName(settings, proposal.by)} proposes: ${ACT_WORDS[proposal.act].name.toLowerCase()}`]),
  ];
  return [
    html`<a href="${casePath(identity)}" class="id">${identity}</a>`,
    html`${span(now - since)}<br>${time(since)}`,
    why.join('; '),
    foundText(entry, found),
    attempts,
    taken === undefined ? '–' : shownName(settings, taken.by),
  ];
}

function body(page: QueuePage, filters: Filters, found: OperatorRequest, now: number): Markup {
  const { entries, next } = page;
  const rows = entries.map((entry) => row(entry, found, now));
  const head = ['Person', 'Waits', 'Why', 'Jumio found', 'Attempts', 'Taken by'];
  const list =
    rows.length === 0
      ? html`<p>Nothing waits${addressOf(filters) === PATHS.queue ? '' : ' here: the filter may hide some'}.</p>\n`
      : table('What waits on an operator, the oldest first', head, rows);
  const first =
    filters.after === undefined ? undefined : html`<li>${anchor(addressOf(filters), 'From the beginning')}</li>`;
  const following = next && html`<li>${anchor(addressOf(filters, next), 'Next page')}</li>`;
  return html`${filterForm(filters)}${list}<ul class="pager">${first}${following}</ul>\n`;
}

function sentenceOf(waiting: number): string {
  if (waiting === 0) return 'Nobody waits on an operator.';
  return `${waiting >= 100_000 ? '100,000 or more' : waiting} ${waiting === 1 ? 'case waits' : 'cases wait'}, the oldest first.`;
}

/** `GET /operator`: what waits on an operator. Nothing is decided from a row: whoever decides has had the case open. */
export function queueRoute(
  app: FastifyInstance,
  { ctx, render }: Pick<ConsoleOptions, 'ctx'> & { readonly render: RenderConsole },
): void {
  app.get(PATHS.queue, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const filters = query.parse(request.query);
    const page = await readQueue(ctx, toQuery(filters, found));
    return render(reply, 200, {
      title: 'Queue',
      screen: 'queue',
      sentence: sentenceOf(page.waiting),
      notice: await doneNotice(ctx, request, found),
      body: body(page, filters, found, ctx.clock.now()),
    });
  });
}
