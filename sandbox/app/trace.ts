import { html } from 'ghtml';
import { type JumioCall, type JumioCallback, jumioControl } from '../journeys/jumio-control.ts';
import type { Me } from './kratos.ts';

/** One thing that happened, as far as the neighbours know it: the service itself is never asked. */
interface Step {
  readonly at: string;
  readonly text: string;
}

const CALLS: Readonly<Record<string, string>> = {
  create: 'The service asked Jumio for a verification',
  update: 'The service asked Jumio for a further verification on the same account',
  web: 'You were on Jumio’s page',
  status: 'The service asked Jumio how it stands',
  details: 'The service read the result from Jumio',
};

function outcome(status: number | null): string {
  if (status === null) return ', and got no answer';
  return status < 400 ? '' : `, and was answered ${status}`;
}

function ofCall({ n, time, kind, status }: JumioCall): [number, Step][] {
  const text = CALLS[kind];
  return text === undefined ? [] : [[n, { at: time, text: `${text}${outcome(status)}.` }]];
}

function ofCallback({ n, sentAt, state, answerStatus }: JumioCallback): [number, Step][] {
  if (sentAt === null) return [];
  const text = `Jumio rang: “look at this one” (callback, ${answerStatus ?? state}).`;
  return [[n, { at: sentAt, text }]];
}

/** What Jumio saw of an identity, oldest first. */
async function atJumio(jumioUrl: string, { id }: Me): Promise<Step[]> {
  const jumio = jumioControl(jumioUrl);
  const calls = (await jumio.calls()).filter((call) => call.customerInternalReference === id);
  const executions = await jumio.executionsOf(id);
  const callbacks = await Promise.all(executions.map((execution) => jumio.callbacksOf(execution.id)));
  const numbered = [...calls.flatMap(ofCall), ...callbacks.flat().flatMap(ofCallback)];
  return numbered.sort(([a], [b]) => a - b).map(([, step]) => step);
}

const REPEATED = (step: Step, index: number, all: readonly Step[]): boolean => step.text !== all[index - 1]?.text;

function item({ at, text }: Step): string {
  return html`<li><time datetime="${at}">${at.slice(11, 19)}</time> ${text}</li>`;
}

/** Who signed up with an eID: Jumio is asked only where that was not enough, so its first call tells. */
function ofEid({ jumio, assurance, createdAt }: Me, isJumioAsked: boolean): Step[] {
  if (assurance === undefined) return [];
  const level = assurance.acr == null ? 'without a level' : `level ${assurance.acr}`;
  const read = `The service read your ID token of ${assurance.source} from Kratos and checked it: ${level}`;
  if (jumio?.source?.startsWith('eid:')) return [{ at: createdAt, text: `${read} is enough, Jumio is not asked.` }];
  return isJumioAsked ? [{ at: createdAt, text: `${read} is not enough, so Jumio is asked.` }] : [];
}

/** What happened to somebody's account, and what of it the application can see. */
export async function traceOf(jumioUrl: string, me: Me): Promise<string> {
  const first = { at: me.createdAt, text: 'Kratos stored your account and told the service (POST /jumio/initiate).' };
  const written = `The service wrote “${me.jumio?.status}” onto your account at Kratos (PATCH).`;
  const last = me.jumio === undefined ? [] : [{ at: me.updatedAt, text: written }];
  const asked = await atJumio(jumioUrl, me);
  const steps = [first, ...ofEid(me, asked.length > 0), ...asked, ...last].filter(REPEATED);
  return html`<ol>!${steps.map(item)}</ol>
<p>What this application reads of your account, <code>metadata_public.jumio</code>, is all it needs:</p>
<pre>${JSON.stringify(me.jumio ?? null, null, 2)}</pre>
<p>Why, and with which score, it cannot read: nobody but the operator can. What Jumio knows, and its controls (another
outcome, two days later…): <a href="${jumioUrl}/">the Jumio sandbox</a>.</p>`;
}
