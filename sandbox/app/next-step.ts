import type { FastifyRequest } from 'fastify';
import { createBridgeClient, type Status } from '../../client/index.ts';

const SENTENCES: Readonly<Record<Status['next'], string>> = {
  verify: 'You can go on with your verification now.',
  wait: 'There is nothing for you to do: the result comes by itself.',
  continue: 'Nothing is missing.',
  later: 'You cannot start again yet.',
  contact: 'Only our support can tell you more.',
};

/**
 * What the person does next, in a sentence, as the service says on behalf of their session: the client sends their cookie.
 * Empty where it does not answer: the status of the account is all that an application needs.
 */
export async function nextStep({ headers }: FastifyRequest, verifyUrl: string): Promise<string> {
  const client = createBridgeClient({ baseUrl: verifyUrl, headers: { cookie: headers.cookie ?? '' } });
  try {
    const { data } = await client.GET('/jumio/status');
    return data === undefined ? '' : SENTENCES[data.next];
  } catch {
    return '';
  }
}
