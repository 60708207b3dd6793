import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Person } from '../verification/person.ts';
import type { Limits } from './limits.ts';
import { type Handover, type Identified, identify } from './person.ts';
import { sendProblem } from './problem.ts';
import { tokenOf } from './session-token.ts';
import { identifyToken } from './token-person.ts';

const KRATOS_DOWN_S = 30;

/** Where a person whom we know ends up: every answer of a resource begins so. `somebodyElse`: see `Identified`. */
export type ForPerson = (
  person: Person,
  request: FastifyRequest,
  reply: FastifyReply,
  somebodyElse: boolean,
) => Promise<FastifyReply>;

function refuse(who: Exclude<Identified, { kind: 'person' }>, reply: FastifyReply): FastifyReply {
  switch (who.kind) {
    case 'nobody':
      reply.header('www-authenticate', 'Bearer');
      return sendProblem(reply, { status: 401, code: 'no-session', title: 'There is no session of Kratos' });
    case 'second-factor':
      return sendProblem(reply, { status: 403, code: 'second-factor', title: 'Kratos wants a second factor first' });
    case 'kratos-down': {
      const title = 'Kratos cannot be asked who this is; try again';
      return sendProblem(reply.header('retry-after', KRATOS_DOWN_S), { status: 503, code: 'kratos-down', title });
    }
    default:
      return who satisfies never;
  }
}

/** Only looks: the status page still has to tell the person who comes back to it that somebody else is signed in. */
function onlyLooks({ routeOptions }: FastifyRequest): boolean {
  return routeOptions.url === '/jumio/status';
}

/** Runs `then` for the person of a token or, without one, of a cookie; anybody else is told what is missing. */
export function createForPerson(handover: Handover, limits: Limits) {
  return (then: ForPerson) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
      const token = tokenOf(request.headers);
      const who =
        token === undefined
          ? await identify(request, reply, handover, onlyLooks(request))
          : await identifyToken(request, token, handover.kratos);
      if (who.kind !== 'person') return refuse(who, reply);
      await limits.person(who.person.identityId, reply);
      return then(who.person, request, reply, who.somebodyElse);
    };
}
