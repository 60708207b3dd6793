import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { may, shownName } from '../../../operators/index.ts';
import {
  type Numbers,
  noteExport,
  numberRows,
  type ReportDay,
  readNumbers,
  SPANS,
  sumOf,
  toCsv,
} from '../../../verification/operator/index.ts';
import { anchor, html, type Markup } from '../../pages/render.ts';
import { type ConsoleOptions, type OperatorRequest, operatorBehind, PATHS } from '../console.ts';
import { pairs, type RenderConsole, table } from '../document.ts';
import { requireTask } from '../require-operator.ts';
import { ACT_WORDS, span } from '../words.ts';
import { lineChart, stackedBars } from './charts.ts';

const query = z.object({
  days: z
    .enum(['7', '30', '90'])
    .catch('30')
    .transform((text) => SPANS.find((days) => String(days) === text) ?? 30),
});

const VERDICTS = ['passed', 'warning', 'failed'] as const;

const FUNNEL: readonly (readonly [keyof Numbers['funnel'], string])[] = [
  ['asked', 'Asked to verify (people)'],
  ['agreed', 'Agreed (people)'],
  ['requested', 'Attempts begun'],
  ['reachedJumio', 'Reached Jumio'],
  ['captured', 'Photos taken'],
  ['decided', 'Decided'],
  ['approved', 'Approved'],
];

function chartedDays(byDay: readonly ReportDay[]) {
  return byDay.map(({ day, decided }) => ({
    name: day.slice(5),
    values: { passed: decided.PASSED ?? 0, warning: decided.WARNING ?? 0, failed: decided.FAILED ?? 0 },
  }));
}

function medianText(seconds: number | null): string {
  return seconds === null ? '–' : span(seconds * 1_000);
}

function dayBlock({ byDay, days }: Numbers): Markup {
  const rows = [...byDay]
    .reverse()
    .map((day) => [
      day.day,
      day.sign_ups,
      day.started,
      day.decided.PASSED ?? 0,
      day.decided.WARNING ?? 0,
      day.decided.FAILED ?? 0,
      sumOf(day.overridden),
      medianText(day.median_seconds),
      sumOf(day.blocked),
    ]);
  const minutes = byDay.map(({ day, median_seconds: seconds }) => ({
    name: day.slice(5),
    value: seconds === null ? null : seconds / 60,
  }));
  const head = ['Day (UTC)', 'Sign-ups', 'Started', 'Passed', 'Warning', 'Failed', 'By hand', 'Median', 'Refused'];
  return html`<h2>Jumio’s decisions on each day</h2>
${stackedBars(`Decisions of Jumio on each of the last ${days} days`, VERDICTS, chartedDays(byDay))}<h2>Time from the request to the decision</h2>
${lineChart(`Median minutes from the request to the decision on each of the last ${days} days`, minutes, ' min')}${table(`The last ${days} days, the newest first`, head, rows)}`;
}

function funnelBlock({ funnel }: Numbers): Markup {
  const parts = FUNNEL.map(([key, name]) => ({ name, count: Number(funnel[key] ?? 0) }));
  const { p50, p90 } = funnel;
  const times: [string, string | undefined][] = [
    ['Half of the verdicts came within', p50 === null ? undefined : span(p50)],
    ['Nine tenths came within', p90 === null ? undefined : span(p90)],
  ];
  const bars = parts.map(({ name, count }, index) => ({
    name: String(index + 1),
    values: { [name]: count, all: count },
  }));
  return html`<h2>From the sign-up to the verdict</h2>
${stackedBars('How many came how far, by the number of the step', ['all'], bars)}${table(
  'How many came how far',
  ['Step', 'What', 'How many'],
  parts.map(({ name, count }, index) => [index + 1, name, count]),
)}${pairs(times)}`;
}

function backlogBlock({ backlog }: Numbers): Markup {
  const bars = backlog.map(({ what, count }) => ({ name: what, values: { cases: count } }));
  return html`<h2>How long cases wait for a review</h2>
${stackedBars('Cases in review by how long they wait', ['cases'], bars)}${table(
  'Cases in review by how long they wait',
  ['Waits', 'Cases'],
  backlog.map(({ what, count }) => [what, count]),
)}`;
}

function handBlock({ reviewed, approved, byOperator }: Numbers, { settings }: OperatorRequest): Markup {
  const share = reviewed === 0 ? '–' : `${Math.round((approved / reviewed) * 100)} %`;
  const rows = byOperator.map(({ operator, act, count }) => {
    const known = act === 'approve' || act === 'reject' || act === 'new_attempt' ? ACT_WORDS[act].name : act;
    return [shownName(settings, operator), known, count];
  });
  const list =
    rows.length === 0
      ? html`<p>No operator decided anything.</p>\n`
      : table('Decisions of operators', ['Who', 'What', 'How many'], rows);
  return html`<h2>By hand</h2>
${pairs([
  ['People in review about whom an operator decided', reviewed],
  ['Of these approved', approved],
  ['Share', share],
])}<p class="quiet">Where nearly everybody in review is approved, the thresholds in the Jumio portal are too strict.</p>
${list}`;
}

function body(numbers: Numbers, found: OperatorRequest): Markup {
  const spans = SPANS.map((days) => {
    const current = days === numbers.days ? html` aria-current="true"` : undefined;
    return html`<li><a href="${PATHS.numbers}?days=${days}"${current}>${days} days</a></li>`;
  });
  const csv = may(found.operator, 'export')
    ? html`<li>${anchor(`${PATHS.numbers}.csv?days=${numbers.days}`, 'As CSV')}</li>`
    : undefined;
  return html`<ul class="pager">${spans}${csv}</ul>
${dayBlock(numbers)}${funnelBlock(numbers)}${backlogBlock(numbers)}${handBlock(numbers, found)}`;
}

/** So long numbers are shown again without counting anew: on SQLite a count of a large ledger holds up everything else. */
const SHOWN_AGAIN_MS = 60_000;

/** Returns a function that counts at most once a minute for each span of days. */
function createCounting(ctx: ConsoleOptions['ctx']) {
  const known = new Map<number, { readonly at: number; readonly numbers: Promise<Numbers> }>();
  return (days: (typeof SPANS)[number]): Promise<Numbers> => {
    const now = ctx.clock.now();
    const last = known.get(days);
    // A clock that was set back ends the rest, too.
    if (last !== undefined && Math.abs(now - last.at) < SHOWN_AGAIN_MS) return last.numbers;
    const numbers = readNumbers(ctx, days);
    known.set(days, { at: now, numbers });
    numbers.catch(() => known.delete(days));
    return numbers;
  };
}

/** `GET /operator/numbers` and `/operator/numbers.csv`: what happened, as charts with their tables. They count and name no person. */
export function numbersRoutes(
  app: FastifyInstance,
  { ctx, render }: Pick<ConsoleOptions, 'ctx'> & { readonly render: RenderConsole },
): void {
  const count = createCounting(ctx);

  app.get(PATHS.numbers, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const numbers = await count(query.parse(request.query).days);
    const sentence = 'Days are those of UTC. Everything is counted anew once a minute.';
    return render(reply, 200, { title: 'Numbers', screen: 'numbers', sentence, body: body(numbers, found) });
  });

  app.get(`${PATHS.numbers}.csv`, { preHandler: requireTask('export', render) }, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const numbers = await count(query.parse(request.query).days);
    await noteExport(ctx, 'numbers', found.operator.id);
    return reply
      .type('text/csv; charset=utf-8')
      .header('content-disposition', `attachment; filename="numbers-${numbers.days}.csv"`)
      .send(toCsv(numberRows(numbers)));
  });
}
