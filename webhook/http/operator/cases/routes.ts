import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import type { CaseAct } from '../../../model.ts';
import { may } from '../../../operators/index.ts';
import {
  type CaseDecision,
  type CaseRefusal,
  type CaseView,
  decideCase,
  lastChange,
  nextCase,
  noteView,
  readCase,
  setTaken,
} from '../../../verification/operator/index.ts';
import { issueLink, linkUrl } from '../../../verification/person/index.ts';
import { anchor, html } from '../../pages/render.ts';
import { type ConsoleOptions, casePath, type OperatorRequest, operatorBehind, PATHS } from '../console.ts';
import type { ConsolePage, RenderConsole } from '../document.ts';
import { createRequireFresh, identityIdIn, requireTask, signInUrl } from '../require-operator.ts';
import { eventWords, time, whoDid } from '../words.ts';
import { type Done, doneNotice, pathAfter } from './done.ts';
import { type RefusedChoice, readDecisionForm, versionIn } from './form.ts';
import { casePage } from './page.ts';

/** What the routes of cases need. */
export type CaseRoutesOptions = ConsoleOptions & {
  readonly render: RenderConsole;
  /** A `preHandler` hook that checks the CSRF token. */
  readonly protect: preHandlerHookHandler;
};

const UNKNOWN: ConsolePage = {
  title: 'Nobody has this id',
  mood: 'problem',
  sentence: 'Neither the ledger nor Kratos has such an identity, or Kratos does not answer at this moment.',
  screen: 'search',
};

/** What overtook a decision: who, when and what, by the last event. */
function overtakenPage(view: CaseView | undefined, { settings }: OperatorRequest): ConsolePage {
  const last = view && lastChange(view.events);
  const body =
    view === undefined || last === undefined
      ? undefined
      : html`<p>${time(last.at)}: ${eventWords(last.kind)}${whoDid(settings, last.detail) === undefined ? '' : `, by ${whoDid(settings, last.detail)}`}. It is ${view.status} now.</p>
<p>${anchor(casePath(view.identityId), 'Open the case as it is now')}</p>
`;
  return {
    title: 'The case has changed',
    mood: 'problem',
    sentence: 'Nothing of yours was decided: somebody else, or an answer of Jumio’s, was first.',
    body,
  };
}

const REFUSALS: Readonly<
  Record<
    Exclude<CaseRefusal, 'changed' | 'no-proposal' | 'proposed-already' | 'unknown'>,
    readonly [number, ConsolePage]
  >
> = {
  erased: [409, { title: 'This person was erased', mood: 'problem', sentence: 'Nothing can be decided any more.' }],
  'own-proposal': [
    403,
    {
      title: 'Somebody else must confirm this',
      mood: 'problem',
      sentence: 'You proposed it yourself. Two people must decide, so nothing was decided.',
    },
  ],
  'not-yours': [
    403,
    {
      title: 'This is not your proposal',
      mood: 'problem',
      sentence: 'Whoever proposed it withdraws it, or an approver turns it down. Nothing was changed.',
    },
  ],
  'no-reason': [400, { title: 'A reason is missing', mood: 'problem', sentence: 'Nothing was decided.' }],
};

/** `GET` and `POST` below `/operator/people/{id}`: a case, and everything that is decided about it (docs/console.md#a-case). */
export function caseRoutes(app: FastifyInstance, options: CaseRoutesOptions): void {
  const { ctx, worker, publicUrl, render, protect } = options;
  const requireFresh = createRequireFresh(options);

  const show = async (
    request: FastifyRequest,
    reply: FastifyReply,
    found: OperatorRequest,
    refused?: RefusedChoice,
  ): Promise<FastifyReply> => {
    const id = identityIdIn(request);
    const view = id === undefined ? undefined : await readCase(ctx, id);
    if (view === undefined) return render(reply, 404, UNKNOWN);
    await noteView(ctx, view.identityId, found.operator.id);
    const seal = { csrfToken: reply.generateCsrf({ userInfo: found.operator.id }), version: view.version };
    const refreshUrl = signInUrl(options, request, { refresh: 'true' });
    return render(reply, refused === undefined ? 200 : 400, {
      title: `Case: ${view.status}`,
      screen: 'queue',
      notice: doneNotice(request),
      body: casePage({ view, found, options, seal, refreshUrl, refused }),
    });
  };

  const refuse = async (reply: FastifyReply, found: OperatorRequest, id: string, why: CaseRefusal) => {
    if (why === 'unknown') return render(reply, 404, UNKNOWN);
    if (why === 'changed' || why === 'no-proposal' || why === 'proposed-already')
      return render(reply, 409, overtakenPage(await readCase(ctx, id), found));
    const [code, page] = REFUSALS[why];
    return render(reply, code, page);
  };

  /** The person may be unable to sign in, so the operator gets the link once, in the answer and in no address. */
  const showLink = async (reply: FastifyReply, identityId: string): Promise<FastifyReply> => {
    const person = { identityId, inherited: null };
    const { token, endsAt } = await issueLink(ctx, person, { purpose: 'restart', onlyOneFor: identityId });
    const next = await nextCase(ctx, identityId);
    return render(reply, 200, {
      title: 'One more attempt is granted',
      mood: 'done',
      screen: 'queue',
      sentence: 'It begins when the person continues. Send them this link.',
      body: html`<p class="address">${linkUrl(publicUrl, token)}</p>
<p>It works once, until ${time(endsAt)}, for anyone who has it. It is shown only now.</p>
<p>${anchor(next === undefined ? PATHS.queue : casePath(next), next === undefined ? 'To the queue' : 'To the next case')}</p>
`,
    });
  };

  const after = async (
    reply: FastifyReply,
    identityId: string,
    kind: 'decided' | 'proposed' | 'turned_down',
    act: CaseAct,
  ) => {
    worker.wake();
    if (kind === 'decided' && act === 'new_attempt') return showLink(reply, identityId);
    const done: Done = kind === 'decided' && act !== 'new_attempt' ? act : kind === 'turned_down' ? kind : 'proposed';
    return reply.redirect(pathAfter(await nextCase(ctx, identityId), done, identityId), 303);
  };

  const decide = async (request: FastifyRequest, reply: FastifyReply, what: CaseDecision, seen: string) => {
    const found = operatorBehind(request);
    const identityId = identityIdIn(request);
    if (found === undefined) return reply;
    if (identityId === undefined) return render(reply, 404, UNKNOWN);
    const { operator, settings } = found;
    const deciding = {
      identityId,
      what,
      seen,
      by: operator.id,
      door: 'console',
      secondPerson: settings.second_person,
    } as const;
    const decided = await decideCase(ctx, deciding);
    if (decided.kind === 'refused') return refuse(reply, found, identityId, decided.why);
    return after(reply, identityId, decided.kind, decided.act);
  };

  app.get('/operator/people/:id', async (request, reply) => {
    const found = operatorBehind(request);
    return found === undefined ? reply : show(request, reply, found);
  });

  const deciders = { preHandler: [protect, requireTask('decide', render), requireFresh] };

  app.post('/operator/people/:id/decision', deciders, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const sent = readDecisionForm(request.body, found.settings);
    if (sent.kind === 'refused') return show(request, reply, found, sent);
    const { act, reason, note, version } = sent;
    return decide(request, reply, { kind: 'decide', act, reason, note }, version);
  });

  app.post(
    '/operator/people/:id/confirm',
    { preHandler: [protect, requireTask('confirm', render), requireFresh] },
    async (request, reply) => decide(request, reply, { kind: 'confirm' }, versionIn(request.body)),
  );

  app.post('/operator/people/:id/turn-down', deciders, async (request, reply) => {
    const found = operatorBehind(request);
    const others = found !== undefined && may(found.operator, 'confirm');
    return decide(request, reply, { kind: 'turn_down', others }, versionIn(request.body));
  });

  const take = (isTaken: boolean) => async (request: FastifyRequest, reply: FastifyReply) => {
    const found = operatorBehind(request);
    const id = identityIdIn(request);
    if (found === undefined) return reply;
    if (id === undefined) return render(reply, 404, UNKNOWN);
    await setTaken(ctx, id, found.operator.id, isTaken);
    return reply.redirect(`${casePath(id)}#title`, 303);
  };
  const takers = { preHandler: [protect, requireTask('take', render)] };
  app.post('/operator/people/:id/take', takers, take(true));
  app.post('/operator/people/:id/release', takers, take(false));
}
