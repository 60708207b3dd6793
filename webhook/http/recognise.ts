import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Person } from '../verification/person.ts';
import { SOMEBODY_ELSE } from './enter-pages.ts';
import type { Limits } from './limits.ts';
import { type Handover, identify } from './person.ts';
import type { ReturnTo } from './return-to.ts';
import type { SendPage } from './send-page.ts';
import { stranger } from './stranger.ts';
import { wishOf } from './wish.ts';

/** Who was found behind a request: the CSRF token is bound to the identity. */
const known = new WeakMap<FastifyRequest, Person>();

/** The person behind a request, once they were recognised. */
export function personBehind(request: FastifyRequest): Person | undefined {
  return known.get(request);
}

export interface RecogniseOptions {
  readonly handover: Handover;
  readonly limits: Limits;
  readonly send: SendPage;
  readonly returnTo: ReturnTo;
  readonly publicUrl: string | undefined;
  readonly kratosPublicUrl: string;
}

export type Recognise = ReturnType<typeof createRecognise>;

/** Finds out who is at the browser; anybody whom we do not know gets the page that leads on. */
export function createRecognise({ handover, limits, send, returnTo, ...addresses }: RecogniseOptions) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const who = await identify(request, reply, handover);
    if (who.kind !== 'person') return stranger(who, reply, send, { ...addresses, returnTo: returnTo(wishOf(request)) });
    // Back from Jumio, and by now somebody else is signed in: told once, and shown nothing of anybody.
    if (who.somebodyElse && request.routeOptions.url === '/jumio/status') return send(reply, 409, SOMEBODY_ELSE);
    known.set(request, who.person);
    await limits.person(who.person.identityId, reply);
    return undefined;
  };
}

type ForPerson = (person: Person, request: FastifyRequest, reply: FastifyReply) => Promise<FastifyReply>;

/** Runs `then` for the person who was recognised. */
export function forPerson(then: ForPerson) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const person = known.get(request);
    return person === undefined ? reply : then(person, request, reply);
  };
}
