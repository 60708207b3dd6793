import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import {
  answerError,
  answerRefusal,
  badRequest,
  type Client,
  clientOf,
  csrfViolation,
  notFound,
  uiOf,
} from './errors.ts';
import { authenticate, csrfTokenFor, csrfTokenOf } from './sessions.ts';
import { flowJson } from './shapes.ts';
import { type FlowRow, newFlow, type Site } from './site.ts';

const createQuery = z.object({ return_to: z.string().optional(), refresh: z.string().optional() });

const idQuery = z.object({ id: z.string().default('') });

/** The routes that create flows, and those from which a page fetches its flow or error. */
export function flowRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  for (const kind of ['registration', 'login'] as const) {
    for (const type of ['api', 'browser'] as const) {
      app.get(`/self-service/${kind}/${type}`, (request, reply) => createFlow(site, kind, type, request, reply));
    }
  }
  for (const kind of ['registration', 'login', 'recovery'] as const) {
    app.get(`/self-service/${kind}/flows`, (request) => getFlow(site, kind, request));
  }
  app.get('/self-service/errors', (request) => {
    const { id } = idQuery.parse(request.query);
    if (!site.records.errors.has(id)) throw notFound();
    return { id, error: site.records.errors.get(id) };
  });
}

type Kind = 'registration' | 'login';

function createFlow(site: Site, kind: Kind, type: FlowRow['type'], request: FastifyRequest, reply: FastifyReply) {
  const client = clientOf(request, type);
  try {
    const query = createQuery.parse(request.query);
    const returnTo = checkReturnTo(query.return_to, site.allowedReturnUrls);
    const refresh = kind === 'login' && query.refresh === 'true';
    if (!refresh && authenticate(site, request) !== undefined) {
      if (client === 'html') return reply.redirect(returnTo ?? `${site.uiUrl}/`, 303);
      throw alreadySignedIn(kind);
    }
    const csrfToken = type === 'api' ? '' : csrfTokenFor(site, request, reply);
    const requestUrl = `${site.publicUrl}${request.url}`;
    const flow = newFlow({
      kind,
      type,
      requestUrl,
      csrfToken,
      refresh,
      ...(returnTo === undefined ? {} : { returnTo }),
    });
    site.records.flows.set(flow.id, flow);
    return client === 'html' ? reply.redirect(uiOf(site, flow), 303) : reply.send(flowJson(site, flow));
  } catch (error) {
    return answerError(site, client, reply, error);
  }
}

function alreadySignedIn(kind: Kind) {
  const what = kind === 'login' ? 'login is not possible' : 'registration is not possible';
  return badRequest(`A valid session was detected and thus ${what}.`, undefined, 'session_already_available');
}

function getFlow(site: Site, kind: FlowRow['kind'], request: FastifyRequest) {
  const flow = findFlow(site, kind, idQuery.parse(request.query).id);
  if (flow.csrfToken !== '' && csrfTokenOf(request) !== flow.csrfToken) throw csrfViolation();
  return flowJson(site, flow);
}

function findFlow(site: Site, kind: FlowRow['kind'], id: string): FlowRow {
  const flow = site.records.flows.get(id);
  if (flow?.kind !== kind) throw notFound();
  return flow;
}

/** A form that a person has sent. */
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

/** The handler of a submitted flow: finds the flow, checks the CSRF token, runs `complete` and answers its errors. */
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
      flow.typedEmail = fields.identifier || (fields.traits?.email ?? fields['traits.email'] ?? '');
      return await complete({ site, request, reply, flow, client, fields });
    } catch (error) {
      return answerRefusal(site, client, flow, reply, error);
    }
  };
}

function refuseForged(request: FastifyRequest, flow: FlowRow, fields: Fields): void {
  if (flow.csrfToken === '') return; // API flows have no cookies, and flows of the admin API have no browser yet
  if (fields.csrf_token !== flow.csrfToken || csrfTokenOf(request) !== flow.csrfToken) throw csrfViolation();
}

/** `transient_payload`, also in the notation of forms: `transient_payload.name=value`. */
export function transientPayloadOf(fields: Fields): unknown {
  if (fields.transient_payload !== undefined) return fields.transient_payload;
  const flat = Object.entries(fields).flatMap(([name, value]): [string, unknown][] => {
    return name.startsWith('transient_payload.') ? [[name.slice('transient_payload.'.length), value]] : [];
  });
  return flat.length === 0 ? undefined : Object.fromEntries(flat);
}

/** Returns the `return_to` of a flow if it is allowed: by scheme, host and start of the path (docs/reference/kratos.md#9-sessions-and-redirects). */
function checkReturnTo(returnTo: string | undefined, allowed: readonly string[]): string | undefined {
  if (returnTo === undefined) return undefined;
  if (allowed.some((each) => isBelow(returnTo, each))) return returnTo;
  throw badRequest(
    `Requested return_to URL "${returnTo}" is not allowed.`,
    undefined,
    'self_service_flow_return_to_forbidden',
  );
}

function isBelow(returnTo: string, allowed: string): boolean {
  if (!URL.canParse(returnTo)) return false;
  const [wanted, known] = [new URL(returnTo), new URL(allowed)];
  return wanted.origin === known.origin && wanted.pathname.startsWith(known.pathname);
}
