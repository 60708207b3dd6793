import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerRefusal, type Client, clientOf } from './answers.ts';
import { findFlow } from './flow-routes.ts';
import type { FlowRow } from './records.ts';
import { csrfViolation } from './refusals.ts';
import { csrfTokenOf } from './sessions.ts';
import type { Site } from './site.ts';

/** One form that a person sent. */
export interface Submission {
  readonly site: Site;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly flow: FlowRow;
  readonly client: Client;
  readonly fields: Fields;
}

const fieldsShape = z.looseObject({
  csrf_token: z.string().default(''),
  identifier: z.string().default(''),
  password: z.string().default(''),
  code: z.string().default(''),
  'traits.email': z.string().optional(),
  traits: z.object({ email: z.string() }).optional(),
  transient_payload: z.unknown().optional(),
});

export type Fields = z.infer<typeof fieldsShape>;

/** A handler for a submitted flow: finds the flow, checks the CSRF token, and answers what `complete` throws. */
export function onSubmit(
  kind: FlowRow['kind'],
  site: Site,
  complete: (submission: Submission) => Promise<FastifyReply>,
) {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { flow: id = '' } = z.object({ flow: z.string().optional() }).parse(request.query);
    const flow = findFlow(site, kind, id);
    const client = clientOf(request, flow.type);
    try {
      const fields = fieldsShape.parse(request.body ?? {});
      refuseForged(request, flow, fields);
      return await complete({ site, request, reply, flow, client, fields });
    } catch (error) {
      return answerRefusal(site, client, flow, reply, error);
    }
  };
}

function refuseForged(request: FastifyRequest, flow: FlowRow, fields: Fields): void {
  if (flow.csrfToken === '') return; // API flows have no cookies, flows of the help desk no browser yet
  if (fields.csrf_token !== flow.csrfToken || csrfTokenOf(request) !== flow.csrfToken) throw csrfViolation();
}

/** `transient_payload`, also as a form spells it: `transient_payload.name=value`. */
export function transientPayloadOf(fields: Fields): unknown {
  if (fields.transient_payload !== undefined) return fields.transient_payload;
  const flat = Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
    return name.startsWith('transient_payload.') ? [[name.slice('transient_payload.'.length), value]] : [];
  });
  return flat.length === 0 ? undefined : Object.fromEntries(flat);
}
