import type { FastifyInstance, FastifyReply, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { LedgerUnavailable } from '../../../errors.ts';
import { may } from '../../../operators/index.ts';
import {
  type CaseDecision,
  type CaseRefusal,
  type CaseView,
  changesSince,
  type Decided,
  decideCase,
  nextCase,
  noteView,
  readCase,
  renewLink,
  setTaken,
} from '../../../verification/operator/index.ts';
import { type IssuedLink, linkUrl } from '../../../verification/person/index.ts';
import { anchor, html } from '../../pages/render.ts';
import { type ConsoleOptions, casePath, type OperatorRequest, operatorBehind, PATHS } from '../console.ts';
import type { ConsolePage, RenderConsole } from '../document.ts';
import { identityIdIn, OWN_CASE, requireFresh, requireOther, requireTask } from '../require-operator.ts';
import { eventWords, time, whoDid } from '../words.ts';
import { type Done, doneNotice, pathAfter } from './done.ts';
import { type RefusedChoice, readDecisionForm, sealIn } from './form.ts';
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
  sentence: 'Neither the ledger nor Kratos has such an identity.',
  screen: 'search',
};

/** What overtook a decision, since its reader opened the page: who, when and what. @param shownAt epoch milliseconds */
function overtakenPage(view: CaseView | undefined, shownAt: number, { settings }: OperatorRequest): ConsolePage {
  const changes = view === undefined ? [] : changesSince(view.events, shownAt);
  const items = changes.map(({ at, kind, detail }) => {
    const who = whoDid(settings, detail);
    return html`<li>${time(at)}: ${eventWords(kind)}${who === undefined ? '' : `, by ${who}`}</li>\n`;
  });
  const list = items.length === 0 ? undefined : html`<ul>${items}</ul>\n`;
  const body =
    view === undefined
      ? undefined
      : html`${list}<p>It is ${view.status} now.</p>\n<p>${anchor(casePath(view.identityId), 'Open the case as it is now')}</p>\n`;
  return {
    title: 'The case has changed',
    mood: 'problem',
    sentence: 'Nothing of yours was decided. This happened since you opened the page:',
    body,
  };
}

/** A proposal that cannot be confirmed any more. */
function endedPage(id: string): ConsolePage {
  return {
    title: 'This proposal has ended',
    mood: 'problem',
    sentence:
      'Nothing was decided. A proposal ends after 72 hours, when somebody turns it down, and when anything about the person changes.',
    body: html`<p>${anchor(casePath(id), 'Open the case as it is now')}</p>\n`,
  };
}

const REFUSALS: Readonly<
  Record<
    Exclude<CaseRefusal, 'changed' | 'no-proposal' | 'proposed-already' | 'unknown'>,
    readonly [number, ConsolePage]
  >
> = {
  'own-case': [403, OWN_CASE],
  draft: [
    403,
    {
      title: 'Nobody has proposed this here',
      mood: 'problem',
      sentence:
        'A command did, in the name of somebody, and a name is no sign-in. Propose it here; then somebody else confirms it.',
    },
  ],
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
  const others = requireOther(render);

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
    const csrfToken = reply.generateCsrf({ userInfo: found.operator.id });
    const seal = { csrfToken, version: view.version, shownAt: ctx.clock.now() };
    return render(reply, refused === undefined ? 200 : 400, {
      title: `Case ${view.identityId.slice(0, 8)}: ${view.status}`,
      screen: 'queue',
      notice: await doneNotice(ctx, request, found),
      body: casePage({ view, found, options, seal, refused }),
    });
  };

  const refuse = async (
    reply: FastifyReply,
    { found, id, shownAt }: { readonly found: OperatorRequest; readonly id: string; readonly shownAt: number },
    why: CaseRefusal,
  ): Promise<FastifyReply> => {
    if (why === 'unknown') return render(reply, 404, UNKNOWN);
    if (why === 'no-proposal') return render(reply, 409, endedPage(id));
    if (why === 'changed' || why === 'proposed-already') {
      await noteView(ctx, id, found.operator.id);
      return render(reply, 409, overtakenPage(await readCase(ctx, id), shownAt, found));
    }
    const [code, page] = REFUSALS[why];
    return render(reply, code, page);
  };

  /** It is decided already: a queue that cannot be read leads to the queue, and never to an error. */
  const nextFor = async (identityId: string, { operator }: OperatorRequest): Promise<string | undefined> => {
    try {
      return await nextCase(ctx, identityId, { id: operator.id, confirms: may(operator, 'confirm') });
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      return undefined;
    }
  };

  /** The person may be unable to sign in, so the operator gets the link once, in the answer and in no address. */
  const showLink = (reply: FastifyReply, { token, endsAt }: IssuedLink, next: string | undefined): FastifyReply =>
    render(reply, 200, {
      title: 'One more attempt is granted',
      mood: 'done',
      screen: 'queue',
      sentence: 'It begins when the person continues. Send them this link.',
      body: html`<p class="address">${linkUrl(publicUrl, token)}</p>
<p>It works once, until ${time(endsAt)}, for anyone who has it. It is shown only now.</p>
<p>${anchor(next === undefined ? PATHS.queue : casePath(next), next === undefined ? 'To the queue' : 'To the next case')}</p>
`,
    });

  const after = async (
    reply: FastifyReply,
    identityId: string,
    decided: Exclude<Decided, { kind: 'refused' }>,
    found: OperatorRequest,
  ): Promise<FastifyReply> => {
    worker.wake();
    const { kind, act } = decided;
    const next = await nextFor(identityId, found);
    if (kind === 'decided' && decided.link !== undefined) return showLink(reply, decided.link, next);
    const done: Done = kind === 'decided' && act !== 'new_attempt' ? act : kind === 'turned_down' ? kind : 'proposed';
    return reply.redirect(pathAfter(next, done, identityId), 303);
  };

  const decide = async (request: FastifyRequest, reply: FastifyReply, what: CaseDecision) => {
    const { version: seen, shownAt } = sealIn(request.body);
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
      issuesLink: true,
    } as const;
    const decided = await decideCase(ctx, deciding);
    if (decided.kind === 'refused') return refuse(reply, { found, id: identityId, shownAt }, decided.why);
    return after(reply, identityId, decided, found);
  };

  app.get('/operator/people/:id', { preHandler: others }, async (request, reply) => {
    const found = operatorBehind(request);
    return found === undefined ? reply : show(request, reply, found);
  });

  const fresh = requireFresh(render);
  const deciders = { preHandler: [protect, requireTask('decide', render), others, fresh] };

  app.post('/operator/people/:id/decision', deciders, async (request, reply) => {
    const found = operatorBehind(request);
    if (found === undefined) return reply;
    const sent = readDecisionForm(request.body, found.settings);
    if (sent.kind === 'refused') return show(request, reply, found, sent);
    const { act, reason, note } = sent;
    return decide(request, reply, { kind: 'decide', act, reason, note });
  });

  app.post(
    '/operator/people/:id/confirm',
    { preHandler: [protect, requireTask('confirm', render), others, fresh] },
    async (request, reply) => decide(request, reply, { kind: 'confirm' }),
  );

  app.post('/operator/people/:id/turn-down', deciders, async (request, reply) => {
    const found = operatorBehind(request);
    const mayEndAny = found !== undefined && may(found.operator, 'confirm');
    return decide(request, reply, { kind: 'turn_down', others: mayEndAny });
  });

  app.post('/operator/people/:id/link', deciders, async (request, reply) => {
    const found = operatorBehind(request);
    const id = identityIdIn(request);
    if (found === undefined) return reply;
    const link = id === undefined ? undefined : await renewLink(ctx, id, found.operator.id);
    if (id === undefined || link === undefined) return render(reply, 404, UNKNOWN);
    return showLink(reply, link, await nextFor(id, found));
  });

  const take = (isTaken: boolean) => async (request: FastifyRequest, reply: FastifyReply) => {
    const found = operatorBehind(request);
    const id = identityIdIn(request);
    if (found === undefined) return reply;
    if (id === undefined) return render(reply, 404, UNKNOWN);
    await setTaken(ctx, id, found.operator.id, isTaken);
    return reply.redirect(`${casePath(id)}#title`, 303);
  };
  const takers = { preHandler: [protect, requireTask('take', render), others] };
  app.post('/operator/people/:id/take', takers, take(true));
  app.post('/operator/people/:id/release', takers, take(false));
}
