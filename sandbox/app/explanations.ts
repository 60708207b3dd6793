import { html } from 'ghtml';
import { type JumioCall, type JumioCallback, jumioControl } from '../scenarios/jumio-control.ts';
import type { TakenEvent } from './events.ts';
import type { Me, OperatorNotes } from './kratos.ts';

/** What happens at each form: the text of the box “Behind the scenes”. */
export const NOTES = {
  visitor: html`<p>This application knows nothing about Jumio. It uses Ory Kratos for accounts, reads one status from the
account, and shows one link. The service between Kratos and Jumio does the rest.</p>
<ol><li>Sign up with any address; no mail is sent.</li><li>On the page that stands in for Jumio, choose the result.</li>
<li>Come back, sign out, and try to sign in.</li></ol>`,
  firstStep: html`<p>Kratos asks for your address first, and for a password on the next page. Nothing is stored before that, and
the service hears nothing of you.</p>`,
  registration: html`<p>When you press the button, Kratos stores your account and calls the service:
<code>POST /jumio/initiate</code>, with your account’s id and no personal data. The service records that a
verification is due, and asks Jumio to prepare one as soon as it can. If Jumio is down, you are signed up all the same.</p>`,
  login: html`<p>Before Kratos signs you in, it asks the service’s gate: <code>POST /jumio/validate</code>. The answer is
“yes”, or a refusal with a text. By default, only a rejected identity is refused.</p>`,
  verification: html`<p>Kratos has sent a code to your address, if it can send mail at all. The service has no part in it: an
address that is confirmed says nothing about who a person is.</p>`,
  refusedForNow: html`<p>Your password was right. Kratos asked the service’s gate, <code>POST /jumio/validate</code>, and the
answer was 403 with the text that you see, because Jumio rejected for a reason that you can act on. Kratos issued no session.
The address is a one-time link of ten minutes: it opens your verification, and not your account.</p>`,
  refused: html`<p>Your password was right. Kratos asked the service’s gate, <code>POST /jumio/validate</code>, and the
answer was 403 with the text that you see. Kratos shows it on this form and issued no session. Account recovery is no way
around this: <a href="/recovery">recovery</a> asks the same gate.</p>`,
  recovery: html`<p>Recovery signs people in without a password, so it asks the gate too. A rejected identity is refused
here as well.</p>`,
  refusedRecovery: html`<p>The code was right. Kratos asked the service’s gate here as well, and the answer was 403 with
the text that you see. Kratos issued no session.</p>`,
  settings: html`<p>The code was right and the gate allowed the sign-in, so you are signed in. Here a real application lets you
choose a new password.</p>`,
  settingsFlow: html`<p>These are Kratos’ own settings. What is new does not approve a payment at once: a password, a number or a
passkey that is younger than a day counts only if it is of the first hour of your account. Otherwise whoever gets into your mailbox
could pay with your money.</p>`,
  error: html`<p>Kratos has a message that belongs to no form, and sent you here.</p>`,
} as const;

/** One thing that happened, as Kratos and Jumio know it: the service itself is never asked. */
interface Step {
  readonly at: string;
  readonly text: string;
}

const CALLS: Readonly<Record<string, string>> = {
  create: 'The service asked Jumio for a verification',
  update: 'The service asked Jumio for a further verification on the same account',
  web: 'You visited Jumio’s page',
  status: 'The service asked Jumio for the status',
  details: 'The service read the result from Jumio',
};

function outcome(status: number | null): string {
  if (status === null) return ', and got no answer';
  return status < 400 ? '' : `, and got the answer ${status}`;
}

function ofCall({ n, time, kind, status }: JumioCall): [number, Step][] {
  const text = CALLS[kind];
  return text === undefined ? [] : [[n, { at: time, text: `${text}${outcome(status)}.` }]];
}

function ofCallback({ n, sentAt, state, answerStatus }: JumioCallback): [number, Step][] {
  if (sentAt === null) return [];
  const text = `Jumio reported a change (callback, ${answerStatus ?? state}).`;
  return [[n, { at: sentAt, text }]];
}

/** The calls and callbacks about an identity, oldest first. */
async function stepsAtJumio(jumioUrl: string, { id }: Me): Promise<Step[]> {
  const jumio = jumioControl(jumioUrl);
  const calls = (await jumio.calls()).filter((call) => call.customerInternalReference === id);
  const executions = await jumio.executionsOf(id);
  const callbacks = await Promise.all(executions.map((execution) => jumio.callbacksOf(execution.id)));
  const numbered = [...calls.flatMap(ofCall), ...callbacks.flat().flatMap(ofCallback)];
  return numbered.sort(([a], [b]) => a - b).map(([, step]) => step);
}

const isNotRepeated = (step: Step, index: number, all: readonly Step[]): boolean => step.text !== all[index - 1]?.text;

function item({ at, text }: Step): string {
  return html`<li><time datetime="${at}">${at.slice(11, 19)}</time> ${text}</li>`;
}

/** The steps of a sign-up with an eID. Jumio is asked only where the eID was not enough, so a call to Jumio shows that. */
function ofEid({ jumio, assurance, createdAt }: Me, isJumioAsked: boolean): Step[] {
  if (assurance === undefined) return [];
  const level = assurance.acr == null ? 'without a level' : `level ${assurance.acr}`;
  const read = `The service read your ID token of ${assurance.source} from Kratos and checked it: ${level}`;
  if (jumio?.source?.startsWith('eid:')) return [{ at: createdAt, text: `${read} is enough, Jumio is not asked.` }];
  return isJumioAsked ? [{ at: createdAt, text: `${read} is not enough, so Jumio is asked.` }] : [];
}

/** What the person decided. The service keeps the latest of each, and publishes it for the operator alone. */
function ofConsent({ consent, declined_at: declinedAt }: OperatorNotes): Step[] {
  const agreed = consent && {
    at: consent.at,
    text: `You agreed to version ${consent.text_version} of the consent text (${consent.language}). Before that nothing led to Jumio.`,
  };
  const refused = declinedAt !== undefined && {
    at: declinedAt,
    text: 'You did not agree. Nothing leads to Jumio until you do.',
  };
  return [...(agreed ? [agreed] : []), ...(refused ? [refused] : [])];
}

/** The service told the bank at once, by a signed request. */
function ofEvents(events: readonly TakenEvent[]): Step[] {
  return events.map(({ type, at, sequence }) => {
    return { at, text: `The service told this bank of it: ${type}, number ${sequence} (POST /events, signed).` };
  });
}

const WAITING: Readonly<Record<string, string>> = {
  person: 'The next step is yours.',
  jumio: 'The next step is Jumio’s: the service waits for it.',
  operator: 'The next step is the operator’s.',
};

/** Puts steps where their time belongs. Calls at Jumio stay in Jumio's own order. */
function inserted(steps: readonly Step[], more: readonly Step[]): Step[] {
  const all = [...steps];
  for (const step of more) {
    const later = all.findIndex(({ at }) => at > step.at);
    all.splice(later < 0 ? all.length : later, 0, step);
  }
  return all;
}

/** Markup: what happened to the person's account, and what of it the application can read. */
export async function traceOf(
  jumioUrl: string,
  me: Me,
  notes: OperatorNotes,
  events: readonly TakenEvent[],
): Promise<string> {
  const first = {
    at: me.createdAt,
    text: 'Kratos stored your account and notified the service (POST /jumio/initiate).',
  };
  const written = `The service wrote “${me.jumio?.status}” onto your account at Kratos (PATCH).`;
  const last = me.jumio === undefined ? [] : [{ at: me.updatedAt, text: written }];
  const asked = await stepsAtJumio(jumioUrl, me);
  const happened = [first, ...ofEid(me, asked.length > 0), ...asked];
  const steps = [...inserted(happened, [...ofConsent(notes), ...ofEvents(events)]), ...last].filter(isNotRepeated);
  const waiting = WAITING[notes.waiting_on ?? ''] ?? '';
  return html`<ol>!${steps.map(item)}</ol>
!${waiting === '' ? '' : html`<p>${waiting}</p>`}
<p>What this application reads of your account, <code>metadata_public.jumio</code>, is all it needs:</p>
<pre>${JSON.stringify(me.jumio ?? null, null, 2)}</pre>
<p>It cannot read the reason, the score, the consent, or who waits for whom; only the operator can. To see what Jumio knows, and to control it (another
outcome, two days later…), open <a href="${jumioUrl}/">the Jumio sandbox</a>.</p>`;
}
