import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { answerError, clientOf, uiOf } from './answers.ts';
import { type FlowRow, newFlow } from './records.ts';
import { badRequest, csrfViolation, notFound } from './refusals.ts';
import { checkReturnTo } from './return-urls.ts';
import { csrfTokenFor, csrfTokenOf, presenceOf } from './sessions.ts';
import { flowJson } from './shapes.ts';
import type { Site } from './site.ts';

const beginQuery = z.object({ return_to: z.string().optional(), refresh: z.string().optional() });
const idQuery = z.object({ id: z.string().default('') });

/** How flows begin, and how a page fetches the one it shows. */
export function flowRoutes(app: FastifyInstance, { site }: { site: Site }): void {
  for (const kind of ['registration', 'login'] as const) {
    for (const type of ['api', 'browser'] as const) {
      app.get(`/self-service/${kind}/${type}`, (request, reply) => begin(site, kind, type, request, reply));
    }
  }
  for (const kind of ['registration', 'login', 'recovery'] as const) {
    app.get(`/self-service/${kind}/flows`, (request) => show(site, kind, request));
  }
  app.get('/self-service/errors', (request) => {
    const { id } = idQuery.parse(request.query);
    if (!site.records.errors.has(id)) throw notFound();
    return { id, error: site.records.errors.get(id) };
  });
}

type Kind = 'registration' | 'login';

function begin(site: Site, kind: Kind, type: FlowRow['type'], request: FastifyRequest, reply: FastifyReply) {
  const client = clientOf(request, type);
  try {
    const query = beginQuery.parse(request.query);
    const returnTo = checkReturnTo(query.return_to, site.allowedReturnUrls);
    const refresh = kind === 'login' && query.refresh === 'true';
    if (!refresh && presenceOf(site, request) !== undefined) {
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

function show(site: Site, kind: FlowRow['kind'], request: FastifyRequest) {
  const flow = findFlow(site, kind, idQuery.parse(request.query).id);
  if (flow.csrfToken !== '' && csrfTokenOf(request) !== flow.csrfToken) throw csrfViolation();
  return flowJson(site, flow);
}

export function findFlow(site: Site, kind: FlowRow['kind'], id: string): FlowRow {
  const flow = site.records.flows.get(id);
  if (flow?.kind !== kind) throw notFound();
  return flow;
}
