import { executionPage } from '../../../config/portal-url.ts';
import { may, shownName } from '../../../operators/index.ts';
import type { AttemptView, CaseView } from '../../../verification/operator/index.ts';
import { anchor, html, type Markup } from '../../pages/render.ts';
import { type ConsoleOptions, casePath, type OperatorRequest } from '../console.ts';
import { pairs, table } from '../document.ts';
import { signInAgain } from '../require-operator.ts';
import { ACT_WORDS, eventDetail, eventWords, reasonText, time, whoCauses, whoDid } from '../words.ts';
import { decisionForm, type FormSeal, type RefusedChoice, sealed } from './form.ts';

/** What the page of a case is made of. */
export interface CasePageInput {
  readonly view: CaseView;
  readonly found: OperatorRequest;
  readonly options: Pick<ConsoleOptions, 'ctx' | 'portal' | 'evidence'>;
  readonly seal: FormSeal;
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

/** Returns the shown author of a proposal. The name that a command gives is a claim, and stands in the event alone. */
function proposer({ view: { events, proposal }, found: { settings } }: CasePageInput): string {
  if (proposal === undefined || !proposal.isDraft) return shownName(settings, proposal?.by ?? '');
  const claimed = whoDid(settings, events.findLast(({ kind }) => kind === 'proposed')?.detail);
  return `a command, in the name of ${claimed ?? 'nobody'}`;
}

const DRAFT = html`<p>A name at a command is no sign-in. Propose it below to make it yours; then somebody else confirms it.</p>\n`;

const OWN = html`<p>You proposed this, so somebody else confirms it.</p>\n`;

const OTHERS = html`<p>An approver confirms it, or turns it down.</p>\n`;

function proposalNote(isDraft: boolean, isOwn: boolean, isApprover: boolean): Markup | undefined {
  if (isDraft) return DRAFT;
  if (isOwn) return OWN;
  return isApprover ? undefined : OTHERS;
}

function proposalBlock(input: CasePageInput): Markup | undefined {
  const { view, found, seal } = input;
  const { operator, settings, isFresh } = found;
  const { proposal } = view;
  if (proposal === undefined) return undefined;
  const { act, reason, note, by, at, isDraft } = proposal;
  const [isOwn, isApprover] = [by === operator.id, may(operator, 'confirm')];
  const confirm =
    isFresh && isApprover && !isOwn && !isDraft
      ? button(view, seal, 'confirm', `Confirm: ${ACT_WORDS[act].name.toLowerCase()}`)
      : undefined;
  const mayEnd = isFresh && may(operator, 'decide') && (isOwn || isApprover);
  const end = mayEnd ? button(view, seal, 'turn-down', isOwn ? 'Withdraw it' : 'Turn it down') : undefined;
  return html`<section class="proposal" aria-labelledby="proposal"><h2 id="proposal">Proposed: ${ACT_WORDS[act].name.toLowerCase()}</h2>
${pairs([
  ['By', proposer(input)],
  ['When', time(at)],
  ['Why', reasonText(settings, act, reason)],
  ['Note', note ?? undefined],
])}${proposalNote(isDraft, isOwn, isApprover)}<div class="row">${confirm}${end}</div></section>
`;
}

function decideBlock(input: CasePageInput): Markup | undefined {
  const { view, found, options, seal, refused } = input;
  const { operator, settings, isFresh, refreshUrl } = found;
  if (view.isErased) return html`<p>This person was erased: nothing can be decided any more.</p>\n`;
  if (!may(operator, 'decide')) return undefined;
  if (!isFresh)
    return html`<h2 id="decide">Decide</h2>\n<p>Your sign-in is too old to decide. ${signInAgain(refreshUrl)}</p>\n`;
  const link = view.isAttemptGranted
    ? html`<p>One more attempt is granted. If its link is lost, make another: the older one ends.</p>\n${button(view, seal, 'link', 'Make a new link')}`
    : undefined;
  return html`${link}${decisionForm({ view, settings, ctx: options.ctx, seal, refused })}`;
}

function foundText({ findings, reason }: AttemptView, mayRead: boolean): string {
  if (!mayRead) return 'for reviewers';
  return findings.join(', ') || (reason ?? '–');
}

function attemptRow(row: AttemptView, input: CasePageInput): (Markup | string | number)[] {
  const { portal } = input.options;
  const mayRead = may(input.found.operator, 'findings');
  const { accountId, executionId } = row;
  const isAtJumio = portal !== undefined && accountId !== null && executionId !== null;
  const execution = isAtJumio
    ? anchor(executionPage(portal, { account: accountId, execution: executionId }), executionId)
    : (executionId ?? '–');
  return [
    row.attempt,
    row.level === null ? row.source : `${row.source}, ${row.level}`,
    row.state,
    row.jumioStatus ?? '–',
    [row.decision, row.decisionLabel, row.riskScore].filter((part) => part !== null).join(', ') || '–',
    foundText(row, mayRead),
    time(row.requestedAt),
    time(row.completedAt),
    html`${execution}${evidenceLink(input, row)}`,
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
      whoDid(settings, detail) ?? whoCauses(kind),
      eventDetail(settings, detail),
    ]);
  const caption = view.hasMoreEvents ? 'What happened last, the newest first' : 'What happened, the newest first';
  return table(caption, ['When', 'What', 'Who', 'Details'], rows);
}

/** The link to what Jumio has of an attempt, for those who may look; undefined: there is none. */
function evidenceLink({ view, found, options }: CasePageInput, { id, executionId }: AttemptView): Markup | undefined {
  const isOn = options.evidence !== 'off' && may(found.operator, 'evidence');
  if (!isOn || view.isErased || executionId === null) return undefined;
  return html`<br>${anchor(`${casePath(view.identityId)}/evidence?attempt=${id}`, 'What Jumio has')}`;
}

/** Returns the page of a case: what the service knows, what can be decided, and what happened. */
export function casePage(input: CasePageInput): Markup {
  const { view } = input;
  const mayRead = may(input.found.operator, 'findings');
  const facts: [string, Markup | string | undefined][] = [
    ['Identity', html`<span class="id">${view.identityId}</span>`],
    ['Waiting on', view.waitingOn],
    ['Because', view.why],
    ['Jumio found', view.findings.length === 0 || !mayRead ? undefined : view.findings.join(', ')],
  ];
  const due = view.due.map(({ what, at }) => [time(at), what]);
  return html`${pairs(facts)}${takenBlock(input)}${proposalBlock(input)}${decideBlock(input)}<h2>Attempts</h2>
${
  view.attempts.length === 0
    ? html`<p>There was none.</p>\n`
    : table(
        'Attempts, the oldest first',
        ATTEMPT_HEAD,
        view.attempts.map((row) => attemptRow(row, input)),
      )
}<h2>Ledger and published copy</h2>
${copyBlock(view)}${due.length === 0 ? undefined : html`<h2>Due next</h2>\n${table('What the service does next', ['When', 'What'], due)}`}<h2>Timeline</h2>
${timeline(input)}`;
}
