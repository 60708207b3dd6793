import type { FastifyInstance } from 'fastify';
import { Webhook } from 'standardwebhooks';
import { z } from 'zod';

const signedEvent = z.object({
  type: z.string(),
  timestamp: z.string(),
  data: z.object({ identity_id: z.string(), sequence: z.number() }),
});

/** An event that the bank has taken: its type, when the change was recorded, and its number. */
export interface TakenEvent {
  readonly type: string;
  readonly at: string;
  readonly sequence: number;
}

/** The signed events that the service has sent to the bank. A real application stores them. */
export interface EventBox {
  /** Those of a person, in the order of their numbers. */
  of(identityId: string): readonly TakenEvent[];
}

/** Takes the service's signed events at `/events`: verified over the exact bytes, and each once. */
export function receiveEvents(app: FastifyInstance, secret: string): EventBox {
  const webhook = new Webhook(secret);
  const taken = new Map<string, TakenEvent[]>();
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
    scope.post('/events', async (request, reply) => {
      const body = String(request.body);
      const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)]);
      try {
        webhook.verify(body, Object.fromEntries(headers));
      } catch {
        return reply.code(401).send();
      }
      const { type, timestamp: at, data } = signedEvent.parse(JSON.parse(body));
      const before = taken.get(data.identity_id) ?? [];
      if (before.every(({ sequence }) => sequence < data.sequence))
        taken.set(data.identity_id, [...before, { type, at, sequence: data.sequence }]);
      return reply.code(204).send();
    });
  });
  return { of: (identityId) => taken.get(identityId) ?? [] };
}
