import type { FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { KratosClient } from '../kratos/client.ts';
import { personShown } from '../verification/person.ts';
import type { Identified } from './person.ts';

/** The person of a session token. Cookies beside it count for nothing, and none is set. */
export async function identifyToken(
  request: FastifyRequest,
  sessionToken: string,
  kratos: KratosClient,
): Promise<Identified> {
  try {
    const whoami = await kratos.whoami({ sessionToken });
    if (whoami.kind === 'none') return { kind: 'nobody' };
    if (whoami.kind === 'second-factor') return { kind: 'second-factor', redirectTo: undefined };
    return { kind: 'person', person: personShown(whoami.identity), somebodyElse: false };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return { kind: 'kratos-down' };
  }
}
