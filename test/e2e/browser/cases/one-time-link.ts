import { z } from 'zod';
import { send } from '../../../../sandbox/kratos/client/loopback.ts';
import type { BrowserStage } from '../stage.ts';

const handoverAnswer = z.object({ url: z.string() });

/** The one-time link that an application's back end gets for a person. */
export async function oneTimeLink({ stack, verifyUrl }: BrowserStage, identityId: string): Promise<string> {
  const headers = { authorization: `Bearer ${stack.env.HANDOVER_SECRET}`, 'content-type': 'application/json' };
  const body = JSON.stringify({ kratos_identity_id: identityId });
  const answer = await send({ method: 'POST', url: `${verifyUrl}/jumio/handover`, headers, body });
  return handoverAnswer.parse(answer.json()).url;
}
