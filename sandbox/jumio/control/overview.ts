import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { timestamp } from '../clock.ts';
import { tick } from '../execution/execution.ts';
import { readChoice, reasonsFor } from '../execution/outcome.ts';
import { type Execution, isOpen, type Sandbox, TERMINAL } from '../state.ts';
import { escapeHtml, labelOptions, page } from '../web/pages.ts';
import { changeDecision, choose, findExecution, openLink } from './executions.ts';

const SHOWN = 100;

const COLUMNS = ['Person', 'Created', 'Reference', 'Execution', 'Status', 'Outcome', 'Link ends', 'Action'];

/** What the button of each action says. */
const ACTIONS = { decide: 'Decide', overturn: 'Overturn' } as const;

/** The names of the people of these executions, by their reference. Jumio itself knows none. */
async function namesOf({ surroundings }: Sandbox, executions: readonly Execution[]): Promise<Map<string, string>> {
  const references = [...new Set(executions.map(({ customerInternalReference }) => customerInternalReference))];
  const named = references.map(async (reference): Promise<[string, string]> => {
    const name = await surroundings.nameOf?.(reference).catch(() => undefined);
    return [reference, name ?? 'not known here'];
  });
  return new Map(await Promise.all(named));
}

/** The page that lists the executions, the newest first, with a form for each action that is possible. */
async function overviewPage(sandbox: Sandbox): Promise<string> {
  const newest = [...sandbox.executions.values()].reverse().slice(0, SHOWN);
  const names = await namesOf(sandbox, newest);
  const rows = newest.map((execution) => row(sandbox, execution, names)).join('\n');
  return page(
    'Jumio (sandbox)',
    `<p>Sandbox time: ${timestamp(sandbox.clock.now())} (${sandbox.clock.ahead()} s ahead).
Executions: ${sandbox.executions.size}. This page shows the newest ${SHOWN}.</p>
<form method="post" action="control/time"><label>Move time forward by <input name="seconds" type="number" min="0" value="900"> seconds</label>
<button>Move time forward</button></form>
<table class="rows"><thead><tr>${COLUMNS.map((column) => `<th>${column}</th>`).join('')}</tr></thead><tbody>${rows}</tbody></table>`,
  );
}

/** Markup of a time, without the year and the seconds: the table is narrow. */
function shortTime(at: number): string {
  const text = timestamp(at);
  return `<time datetime="${text}" title="${text}">${text.slice(5, 16).replace('T', ' ')}</time>`;
}

function row(sandbox: Sandbox, execution: Execution, names: ReadonlyMap<string, string>): string {
  const cells = [
    escapeHtml(names.get(execution.customerInternalReference) ?? ''),
    shortTime(execution.createdAt),
    escapeHtml(execution.customerInternalReference),
    escapeHtml(execution.id),
    escapeHtml(execution.shownStatus ?? execution.status),
    escapeHtml(execution.outcome ?? ''),
    shortTime(execution.linkEndsAt),
  ];
  const shown = cells.map((cell, index) => `<td data-label="${COLUMNS[index]}">${cell}</td>`).join('');
  return `<tr>${shown}<td>${forms(sandbox, execution)}</td></tr>`;
}

function forms({ settings }: Sandbox, execution: Execution): string {
  const reasons = labelOptions(
    reasonsFor(execution.definitionKey, settings.customWorkflowKeys, ['REJECTED', 'WARNING']),
  );
  const form = (action: keyof typeof ACTIONS, outcomes: readonly string[]) =>
    `<form method="post" action="control/executions/${execution.id}"><input type="hidden" name="action" value="${action}">
<select name="outcome" aria-label="outcome">${labelOptions(outcomes)}</select>
<select name="reason" aria-label="reason"><option value="">(default reason)</option>${reasons}</select>
<button>${ACTIONS[action]}</button></form>`;
  if (TERMINAL.has(execution.status)) return form('overturn', ['pass', 'warn', 'reject']);
  if (!isOpen(execution)) return '';
  const link = execution.link ? `<a href="${escapeHtml(execution.link)}">Hosted page</a>` : '';
  return link + form('decide', ['pass', 'warn', 'reject', 'not-executed', 'abandon', 'error']);
}

const formSchema = z.record(z.string(), z.string());

const secondsSchema = z.object({ seconds: z.coerce.number().nonnegative() });

/** The page at `/` for a person who tests by hand, and its forms. */
export async function controlPage(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.get('/', async (_request, reply) => reply.type('text/html; charset=utf-8').send(await overviewPage(sandbox)));

  app.post('/control/time', ({ body }, reply) => {
    sandbox.clock.advance(secondsSchema.parse(body).seconds);
    tick(sandbox);
    return reply.redirect('../', 303);
  });

  app.post('/control/executions/:id', ({ params, body }, reply) => {
    const execution = findExecution(sandbox, params);
    const form = formSchema.parse(body);
    if (form.action === 'start') openLink(sandbox, execution);
    else if (form.action === 'overturn') changeDecision(sandbox, execution, readChoice(form));
    else choose(sandbox, execution, readChoice(form));
    return reply.redirect('../../', 303);
  });
}
