import type { FastifyRequest } from 'fastify';
import { UpstreamError } from '../errors.ts';
import type { KratosClient } from '../kratos/client.ts';
import { decidedStatus, readCopy } from '../verification/published-copy.ts';
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
    const { id, metadataPublic, schemaId, createdAt } = whoami.identity;
    const inherited = decidedStatus(readCopy({ metadata_public: metadataPublic }));
    return { kind: 'person', person: { identityId: id, inherited, schemaId, bornAt: createdAt }, replaces: false };
  } catch (error) {
    if (!(error instanceof UpstreamError)) throw error;
    request.log.warn({ upstream: error.facts }, 'could not ask Kratos who this is');
    return { kind: 'kratos-down' };
  }
}
