import { z } from 'zod';
import { EVENT_TYPES, type EventBody } from '../../../webhook/events/model.ts';
import { ACTIONABLE } from './answers.ts';

/*
 * What the service sends to applications, as a schema. The compiler compares it with the type that the code renders, and the
 * tests with every event that they get.
 */

const status = z.enum(['none', 'pending', 'processing', 'approved', 'review', 'rejected', 'expired']);

const source = z
  .union([z.literal('jumio'), z.literal('operator'), z.templateLiteral(['eid:', z.string()])])
  .nullable()
  .describe('Who decided, else who will.');

const data = z.strictObject({
  identity_id: z.uuid(),
  status: z.enum([...status.options, 'erased']),
  previous_status: status.nullable().describe('`none`: there was none. null: not said.'),
  source,
  level: z.string().nullable().describe('The level of an eID.'),
  reason: z.enum(ACTIONABLE).nullable().describe('Of a rejection, only where the person can act on it.'),
  verification_id: z.string().nullable(),
  sequence: z.int().min(0).describe('What is not greater than the one applied last is old, or has come before.'),
  decided_at: z.iso.datetime().nullable(),
});

/** The body of a signed event. */
export const eventBody = z.strictObject({
  type: z.enum([...EVENT_TYPES, 'verification.test']).describe('Answer 2xx to a type that you do not know.'),
  timestamp: z.iso.datetime().describe('When the change was recorded.'),
  data,
}) satisfies z.ZodType<EventBody>;

const header = (name: string, description: string) => {
  return { name, in: 'header', required: true, schema: { type: 'string' }, description };
};

/** The request that the service sends to each endpoint of WEBHOOKS, as an item of `webhooks`. */
export function eventItem(bodySchema: object): object {
  return {
    post: {
      operationId: 'signedEvent',
      summary: 'This service, to each endpoint of WEBHOOKS: the status of a person has changed',
      security: [{ webhookSignature: [] }],
      parameters: [
        header('webhook-id', 'The same at every try and in a replay.'),
        header('webhook-timestamp', 'Of this try, in seconds since 1970.'),
      ],
      requestBody: { required: true, content: { 'application/json': { schema: bodySchema } } },
      responses: {
        '2XX': { description: 'Taken. Anything else is tried again, a redirect too.' },
        '410': { description: 'The endpoint wants no more events.' },
      },
    },
  };
}
