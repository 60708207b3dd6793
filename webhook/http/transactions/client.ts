import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TransactionContext } from '../../transactions/index.ts';
import { createDigestCheck, type IsSecret } from '../authenticity.ts';
import { sendProblem } from '../problems.ts';

/** The client of a request; undefined: its credentials are missing or wrong. */
export type FindClient = (request: FastifyRequest) => string | undefined;

/** Client and secret of HTTP Basic (RFC 7617); undefined for any other header. */
function basic(header: string | undefined): readonly [id: string, secret: string] | undefined {
  const encoded = /^Basic ([A-Za-z0-9+/]+={0,2})$/i.exec(header ?? '')?.[1];
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  return id === undefined || secret === undefined ? undefined : [id, secret];
}

/** Returns how the client of a request is found. A secret is compared in constant time with every one of the client. */
export function createFindClient({ clients }: TransactionContext['settings']): FindClient {
  const checks = new Map<string, IsSecret>(
    Object.entries(clients).map(([id, client]) => [id, createDigestCheck(client.secret_hashes)]),
  );
  return ({ headers }) => {
    const [id, secret] = basic(headers.authorization) ?? [];
    return id !== undefined && secret !== undefined && checks.get(id)?.(secret) ? id : undefined;
  };
}

/** Answers a request without a client. */
export function refuseClient(reply: FastifyReply): FastifyReply {
  reply.headers({ 'www-authenticate': 'Basic realm="transactions", charset="UTF-8"', 'cache-control': 'no-store' });
  return sendProblem(reply, 'wrong-secret', { detail: 'HTTP Basic with id and secret of a client of TRANSACTIONS' });
}
