import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { arrive } from '../verification/arrive.ts';
import type { Desk } from '../verification/desk.ts';
import { goOn } from '../verification/hand-over.ts';
import type { Person } from '../verification/person.ts';
import { type View, view } from '../verification/view.ts';
import type { Worker } from '../verification/worker.ts';
import { enter } from './enter.ts';
import type { Limits } from './limits.ts';
import { answerWithPage } from './page-errors.ts';
import { securePages } from './page-security.ts';
import { type Handover, identify } from './person.ts';
import type { ReturnTo } from './return-to.ts';
import { createSendPage, type Look, languageOf } from './send-page.ts';
import { standingPage } from './standing-page.ts';
import { stranger } from './stranger.ts';

/** How long the POST waits for a link before it shows a page that waits by itself. */
const WAIT_MS = 4_000;
/** How long who comes back from Jumio waits for what Jumio says now. */
const ARRIVAL_WAIT_MS = 2_000;

export interface PagesOptions {
  readonly desk: Desk;
  readonly worker: Worker;
  readonly handover: Handover;
  readonly limits: Limits;
  readonly look: Look;
  readonly returnTo: ReturnTo;
  readonly defaultReturnUrl: string | undefined;
  readonly publicUrl: string | undefined;
  readonly kratosPublicUrl: string;
  /** Whether Jumio's hosted page is reached by http, as a sandbox's is. */
  readonly plainHttp: boolean;
}

/** Of the query, and of the form. */
const wish = z.object({ return_to: z.string().optional().catch(undefined) });
/** `consent`: the version of the text that the person read and agrees to. */
const form = wish.extend({ consent: z.string().max(100).optional().catch(undefined) });

/** Who was found behind a request: the CSRF token is bound to the identity. */
const known = new WeakMap<FastifyRequest, Person>();

/** `GET` and `POST /jumio/verify`, `GET /jumio/status`: the person's side (design §6). */
export async function pages(app: FastifyInstance, options: PagesOptions): Promise<void> {
  const { desk, worker, handover, limits } = options;
  await securePages(app, {
    referenceKey: desk.ledger.referenceKey,
    isHttps: handover.secure,
    plainHttp: options.plainHttp,
    identityOf: (request) => known.get(request)?.identityId,
  });
  const look: Look = { ...options.look, localeOf: (request) => known.get(request)?.locale };
  const send = createSendPage(look);
  app.setErrorHandler(answerWithPage(send));
  enter(app, { desk, handover, send });

  /** Runs `then` for a person we know; anybody else gets the page that leads on. */
  const withPerson =
    (then: (person: Person, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const person = known.get(request);
      return person === undefined ? reply : then(person, request, reply);
    };

  const recognise = async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const who = await identify(request, reply, handover);
    const returnTo = options.returnTo(wish.safeParse(request.query).data?.return_to);
    if (who.kind !== 'person') return stranger(who, reply, send, { ...options, returnTo });
    known.set(request, who.person);
    await limits.person(who.person.identityId, reply);
    return undefined;
  };

  const show = (shown: View, person: Person, wanted: string | undefined, reply: FastifyReply): FastifyReply => {
    const returnTo = options.returnTo(wanted);
    const fields = {
      _csrf: reply.generateCsrf({ userInfo: person.identityId }),
      consent: desk.consentVersion,
      ...(returnTo === null ? {} : { return_to: returnTo }),
    };
    const onwards = returnTo ?? shown.returnTo ?? options.defaultReturnUrl;
    return send(reply, 200, standingPage(shown, { fields, returnTo: onwards }));
  };

  app.get(
    '/jumio/verify',
    { preHandler: recognise },
    withPerson(async (person, request, reply) =>
      show(await view(desk, person), person, wish.safeParse(request.query).data?.return_to, reply),
    ),
  );

  app.get(
    '/jumio/status',
    { preHandler: recognise },
    withPerson(async (person, _request, reply) =>
      show(await arrive(desk, worker, person, ARRIVAL_WAIT_MS), person, undefined, reply),
    ),
  );

  app.post(
    '/jumio/verify',
    { preHandler: [recognise, (request, reply, next) => app.csrfProtection(request, reply, next)] },
    withPerson(async (person, request, reply) => {
      await limits.goingOn(person.identityId, reply);
      const { return_to: wanted, consent: version } = form.safeParse(request.body).data ?? {};
      const language = languageOf(look, request);
      const agreement = version === undefined ? undefined : { version, language };
      const going = { returnTo: options.returnTo(wanted), agreement, language };
      const outcome = await goOn(desk, worker, person, going, WAIT_MS);
      if (outcome.kind === 'link') return reply.redirect(outcome.link, 303);
      return show(outcome.view, person, wanted, reply);
    }),
  );
}
