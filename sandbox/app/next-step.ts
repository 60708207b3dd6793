import type { FastifyRequest } from 'fastify';
import { createBridgeClient, type Status } from '../../client/index.ts';

/**
 * What the person does next, as the service says on behalf of their session: the client sends their cookie.
 * Undefined where it does not answer: the status of the account is all that an application needs.
 */
export async function nextStep({ headers }: FastifyRequest, verifyUrl: string): Promise<Status['next'] | undefined> {
  const client = createBridgeClient({ baseUrl: verifyUrl, headers: { cookie: headers.cookie ?? '' } });
  try {
    const { data } = await client.GET('/jumio/status');
    return data?.next;
  } catch {
    return undefined;
  }
}
