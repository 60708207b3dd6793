import { z } from 'zod';
import type { CaseAct } from '../../../model.ts';
import { flawOfNote, isReasonFor, type OperatorSettings, reasonsFor } from '../../../operators/index.ts';
import type { Context } from '../../../verification/context.ts';
import type { CaseView } from '../../../verification/operator/index.ts';
import { html, type Markup } from '../../pages/render.ts';
import { casePath } from '../console.ts';
import { ACT_WORDS } from '../words.ts';

const ACTS: readonly CaseAct[] = ['approve', 'reject', 'new_attempt'];

/** The hidden members of every form about a case. */
export interface FormSeal {
  readonly csrfToken: string;
  /** What its reader has seen. */
  readonly version: string;
  /** When they were shown it, epoch milliseconds: it decides nothing, and says which changes are new to them. */
  readonly shownAt: number;
}

/** Returns the hidden members of a form. */
export function sealed({ csrfToken, version, shownAt }: FormSeal): Markup {
  return html`<input type="hidden" name="_csrf" value="${csrfToken}"><input type="hidden" name="version" value="${version}"><input type="hidden" name="shown_at" value="${shownAt}">`;
}

/** What will follow from an act, in one sentence. */
function consequence(act: CaseAct, view: CaseView, { onRejected }: Pick<Context, 'onRejected'>): string {
  switch (act) {
    case 'approve':
      return 'The status becomes approved and is published to Kratos, and a sign-in is let in as the policy says.';
    case 'reject': {
      const more = [
        ...(onRejected.revokeSessions ? ['the person’s sessions are revoked'] : []),
        ...(onRejected.deactivate ? ['the identity is deactivated'] : []),
      ];
      return [
        'The status becomes rejected and is published to Kratos',
        ...more,
        'a sign-in is refused as the policy says',
        'and only an operator can end it.',
      ].join(', ');
    }
    case 'new_attempt':
      return view.isAttemptInVain
        ? 'An operator rejected this person, and only an approval by an operator ends that: one more attempt costs money and changes nothing.'
        : 'The status stays what it is until the person has tried once more, which costs money at Jumio; you get a link to send to them.';
    default:
      return act satisfies never;
  }
}

/** A note that was refused, and why. */
export interface RefusedChoice {
  readonly flaw: string;
  /** The field that it is about. */
  readonly about: 'choice' | 'note';
  readonly choice: string | undefined;
  readonly note: string;
}

/** What the form is about. */
export interface DecisionFormInput {
  readonly view: CaseView;
  readonly settings: OperatorSettings;
  readonly ctx: Pick<Context, 'onRejected'>;
  readonly seal: FormSeal;
  readonly refused?: RefusedChoice | undefined;
}

/** Relates a field to the flaw, for those who cannot see where it stands. */
function described(refused: RefusedChoice | undefined, about: RefusedChoice['about']): Markup | undefined {
  return refused?.about === about ? html` aria-describedby="flaw"` : undefined;
}

function choices(act: CaseAct, { view, settings, ctx, refused }: DecisionFormInput): Markup {
  const isForTwo = settings.second_person.includes(act);
  const options = reasonsFor(settings, act).map(({ key, text }) => {
    const value = `${act}:${key}`;
    const checked = refused?.choice === value ? html` checked` : undefined;
    return html`<p><label><input type="radio" name="choice" value="${value}" required${checked}> ${text ?? key}</label></p>\n`;
  });
  const forTwo = isForTwo ? ' A second person must confirm it.' : '';
  return html`<fieldset${described(refused, 'choice')}><legend>${ACT_WORDS[act].name}</legend>
<p class="quiet">${consequence(act, view, ctx)}${forTwo}</p>
${options}</fieldset>
`;
}

/** What one operator may do about a case alone or may propose. While somebody's proposal waits, nothing else is proposed. */
function actsOf({ view: { proposal, isAttemptGranted }, settings }: DecisionFormInput): CaseAct[] {
  const isWaiting = proposal !== undefined && !proposal.isDraft;
  return ACTS.filter(
    (act) => (act !== 'new_attempt' || !isAttemptGranted) && !(isWaiting && settings.second_person.includes(act)),
  );
}

/** Returns the form with which an operator decides: one choice of an act and its reason, a note, one press. */
export function decisionForm(input: DecisionFormInput): Markup | undefined {
  const { view, seal, refused } = input;
  const acts = actsOf(input);
  if (acts.length === 0) return undefined;
  const ends =
    view.proposal === undefined ? undefined : html`<p class="quiet">What you decide here ends the proposal.</p>\n`;
  const flaw = refused === undefined ? undefined : html`<p id="flaw" class="notice" role="alert">${refused.flaw}</p>\n`;
  const [before, after] = refused?.about === 'choice' ? [flaw, undefined] : [undefined, flaw];
  const invalid = refused?.about === 'note' ? html` aria-invalid="true"` : undefined;
  return html`<h2 id="decide">Decide</h2>
${ends}<form method="post" action="${casePath(view.identityId)}/decision">${sealed(seal)}
${before}${acts.map((act) => choices(act, input))}${after}<p><label for="note">Note, without personal data (optional)</label>
<input id="note" name="note" maxlength="100" autocomplete="off" value="${refused?.note ?? ''}"${described(refused, 'note')}${invalid}></p>
<button>Decide</button></form>
`;
}

const form = z.object({
  choice: z.string().optional().catch(undefined),
  note: z.string().catch(''),
});

const seal = z.object({
  version: z.string().catch(''),
  shown_at: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .catch(0),
});

/** A form as it was sent. */
export type DecisionForm =
  | {
      readonly kind: 'choice';
      readonly act: CaseAct;
      readonly reason: string;
      readonly note: string | null;
    }
  | ({ readonly kind: 'refused' } & RefusedChoice);

/** Reads a decision form. Only an act and a reason of the list are a choice. */
export function readDecisionForm(body: unknown, settings: OperatorSettings): DecisionForm {
  const { choice, note: raw } = form.parse(body ?? {});
  const note = raw.trim();
  const [act, reason = ''] = choice?.split(':') ?? [];
  const known = ACTS.find((one) => one === act);
  const shown = { choice, note };
  if (known === undefined || !isReasonFor(settings, known, reason))
    return { kind: 'refused', flaw: 'Choose what to decide, and why.', about: 'choice', ...shown };
  const flaw = flawOfNote(note);
  if (flaw !== undefined) return { kind: 'refused', flaw, about: 'note', ...shown };
  return { kind: 'choice', act: known, reason, note: note === '' ? null : note };
}

/** Returns what the reader of a form about a case has seen, and when. */
export function sealIn(body: unknown): Omit<FormSeal, 'csrfToken'> {
  const { version, shown_at: shownAt } = seal.parse(body ?? {});
  return { version, shownAt };
}
