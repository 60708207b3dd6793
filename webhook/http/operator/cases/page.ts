import { executionPage } from '../../../config/portal-url.ts';
import { may, shownName } from '../../../operators/index.ts';
import type { AttemptView, CaseView } from '../../../verification/operator/index.ts';
import { anchor, html, type Markup } from '../../pages/render.ts';
import { type ConsoleOptions, casePath, type OperatorRequest } from '../console.ts';
import { pairs, table } from '../document.ts';
import { ACT_WORDS, eventDetail, eventWords, reasonText, time, whoDid } from '../words.ts';
import { decisionForm, type FormSeal, type RefusedChoice, sealed } from './form.ts';

/** What the page of a case is made of. */
export interface CasePageInput {
  readonly view: CaseView;
  readonly found: OperatorRequest;
  readonly options: Pick<ConsoleOptions, 'ctx' | 'portal' | 'evidence'>;
  readonly seal: FormSeal;
  /** Where a sign-in is renewed. */
  readonly refreshUrl: string;
  readonly refused?: RefusedChoice | undefined;
}

function button(view: CaseView, seal: FormSeal, action: string, text: string): Markup {
  return html`<form method="post" action="${casePath(view.identityId)}/${action}">${sealed(seal)}<button class="minor">${text}</button></form>\n`;
}

function takenBlock({ view, found: { operator, settings }, seal }: CasePageInput): Markup | undefined {
  const { taken } = view;
  const isMine = taken?.by === operator.id;
  const who =
    taken && !isMine
      ? html`<p>${shownName(settings, taken.by)} is at work on this since ${time(taken.at)}.</p>\n`
      : undefined;
  if (!may(operator, 'take')) return who;
  const act = isMine
    ? button(view, seal, 'release', 'I am no longer at work on this')
    : button(view, seal, 'take', 'I am at work on this');
  return html`${who}${act}`;
}

function proposalBlock({ view, found: { operator, settings }, seal }: CasePageInput): Markup | undefined {
  const { proposal } = view;
  if (proposal === undefined) return undefined;
  const { act, reason, note, by, at } = proposal;
  const isOwn = by === operator.id;
  const confirm =
    may(operator, 'confirm') && !isOwn
      ? button(view, seal, 'confirm', `Confirm: ${ACT_WORDS[act].name.toLowerCase()}`)
      : undefined;
  const mayEnd = isOwn || may(operator, 'confirm');
  const end = mayEnd ? button(view, seal, 'turn-down', isOwn ? 'Withdraw it' : 'Turn it down') : undefined;
  const own = isOwn ? html`<p>You proposed this, so somebody else confirms it.</p>\n` : undefined;
  return html`<section class="proposal" aria-labelledby="proposal"><h2 id="proposal">Proposed: ${ACT_WORDS[act].name.toLowerCase()}</h2>
${pairs([
  ['By', shownName(settings, by)],
  ['When', time(at)],
  ['Why', reasonText(settings, act, reason)],
  ['Note', note ?? undefined],
])}${own}<div class="row">${confirm}${end}</div></section>
`;
}

function decideBlock(input: CasePageInput): Markup | undefined {
  const { view, found, options, seal, refreshUrl, refused } = input;
  const { operator, settings, isFresh } = found;
  if (view.isErased) return html`<p>This person was erased: nothing can be decided any more.</p>\n`;
  if (!may(operator, 'decide')) return undefined;
  if (!isFresh)
    return html`<h2 id="decide">Decide</h2>\n<p>Your sign-in is too old to decide. ${anchor(refreshUrl, 'Sign in again')}</p>\n`;
  if (view.proposal !== undefined) return undefined;
  return decisionForm({ view, settings, ctx: options.ctx, seal, refused });
}

function attemptRow(row: AttemptView, portal: string | undefined): (Markup | string | number)[] {
  const { accountId, executionId } = row;
  const isAtJumio = portal !== undefined && accountId !== null && executionId !== null;
  const execution = isAtJumio
    ? anchor(executionPage(portal, { account: accountId, execution: executionId }), executionId)
    : (executionId ?? '–');
  return [
    row.attempt,
    row.source,
    row.state,
    row.jumioStatus ?? '–',
    [row.decision, row.decisionLabel, row.riskScore].filter((part) => part !== null).join(', ') || '–',
    row.findings.join(', ') || (row.reason ?? '–'),
    time(row.requestedAt),
    time(row.completedAt),
    execution,
    row.lastError ?? '–',
  ];
}

const ATTEMPT_HEAD = [
  '#',
  'Source',
  'State',
  'At Jumio',
  'Decision',
  'Found',
  'Requested',
  'Completed',
  'Execution',
  'Last error',
];

function copyBlock({ copy, content }: CaseView): Markup {
  if (copy.kind === 'unreachable')
    return html`<p>Kratos does not answer at this moment, so the published copy is not shown.</p>\n`;
  if (copy.kind === 'gone') return html`<p>Kratos does not have this identity.</p>\n`;
  const { differences, state } = copy;
  const said =
    differences.length === 0 ? 'The ledger and the published copy agree.' : `They differ: ${differences.join('; ')}.`;
  return html`<p>${said}</p>
${pairs([
  ['In the ledger', html`<code>${content ?? 'nothing'}</code>`],
  ['metadata_public.jumio', html`<code>${JSON.stringify(copy.publicCopy)}</code>`],
  ['metadata_admin.jumio', html`<code>${JSON.stringify(copy.adminCopy)}</code>`],
  ['State in Kratos', state],
])}`;
}

function timeline({ view, found: { settings } }: CasePageInput): Markup {
  const rows = [...view.events]
    .reverse()
    .map(({ at, kind, detail }) => [
      time(at),
      eventWords(kind),
      whoDid(settings, detail) ?? 'the service',
      eventDetail(settings, detail),
    ]);
  return table('What happened, the newest first', ['When', 'What', 'Who', 'Details'], rows);
}

function evidenceBlock({ view, found: { operator }, options: { evidence } }: CasePageInput): Markup | undefined {
  const hasExecution = view.attempts.some(({ executionId }) => executionId !== null);
  if (evidence === 'off' || view.isErased || !hasExecution || !may(operator, 'evidence')) return undefined;
  return html`<p>${anchor(`${casePath(view.identityId)}/evidence`, 'Look at what Jumio has')}</p>\n`;
}

/** Returns the page of a case: what the service knows, what can be decided, and what happened. */
export function casePage(input: CasePageInput): Markup {
  const { view, options } = input;
  const facts: [string, Markup | string | undefined][] = [
    ['Identity', html`<span class="id">${view.identityId}</span>`],
    ['Waiting on', view.waitingOn],
    ['Because', view.why],
    ['Jumio found', view.findings.length === 0 ? undefined : view.findings.join(', ')],
  ];
  const due = view.due.map(({ what, at }) => [time(at), what]);
  return html`${pairs(facts)}${takenBlock(input)}${evidenceBlock(input)}${proposalBlock(input)}${decideBlock(input)}<h2>Attempts</h2>
${
  view.attempts.length === 0
    ? html`<p>There was none.</p>\n`
    : table(
        'Attempts, the oldest first',
        ATTEMPT_HEAD,
        view.attempts.map((row) => attemptRow(row, options.portal)),
      )
}<h2>Ledger and published copy</h2>
${copyBlock(view)}${due.length === 0 ? undefined : html`<h2>Due next</h2>\n${table('What the service does next', ['When', 'What'], due)}`}<h2>Timeline</h2>
${timeline(input)}`;
}
