import { setTimeout as sleep } from 'node:timers/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type CallKind, type Fault, takeFault } from '../faults.ts';
import { append, type CallRecord, type Sandbox } from '../state.ts';
import { type Answer, ERRORS, failure, statusFailure } from './errors.ts';
import { service } from './service.ts';
import { check, type Form, read, start, update } from './verifications.ts';

const paramsSchema = z.object({ service: z.string(), sid: z.string().default('') });

const bodySchema = z.string().catch('');

const SERVICE = '/v2/Services/:service';

const PAGE = '<!doctype html><title>Service unavailable</title><h1>We will be back soon</h1>';

/** The routes of verify.twilio.com that this sandbox has. Bodies are read as text, so that no parser answers. */
export async function apiRoutes(app: FastifyInstance, { sandbox }: { sandbox: Sandbox }): Promise<void> {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  app.post(`${SERVICE}/Verifications`, serve(sandbox, 'start', start));
  app.post(`${SERVICE}/VerificationCheck`, serve(sandbox, 'check', check));
  app.post(`${SERVICE}/Verifications/:sid`, serve(sandbox, 'update', update));
  app.get(`${SERVICE}/Verifications/:sid`, serve(sandbox, 'read', read));
  app.get(SERVICE, serve(sandbox, 'service', service));
  app.setNotFoundHandler((request, reply) => {
    const record = logCall(sandbox, 'other', request, {});
    return answer(reply, record, failure(20404));
  });
}

type Handler = (sandbox: Sandbox, form: Form, sid: string) => Answer;

/** Makes a route of a handler: log the call, apply a fault, authorize, run the handler, apply the fault to the answer. */
function serve(sandbox: Sandbox, kind: CallKind, handler: Handler) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const form = formOf(request);
    const record = logCall(sandbox, kind, request, form);
    const fault = takeFault(sandbox.faults, kind, form.To);
    const params = paramsSchema.parse(request.params);
    const instead = fault === undefined ? undefined : answerOf(fault);
    if (instead !== undefined) return answer(reply, record, instead);
    if (fault?.fault === 'html') return answer(reply.type('text/html'), record, { status: 200, body: PAGE });
    if (fault?.fault === 'hang') return reply.hijack();
    if (fault?.fault === 'reset') return cut(reply);
    const outcome = refuse(sandbox, request, params.service) ?? handler(sandbox, form, params.sid);
    if (fault?.fault === 'executed-then-hang') return reply.hijack();
    if (fault?.fault === 'executed-then-reset') return cut(reply);
    if (fault?.fault === 'slow') await sleep(fault.milliseconds);
    return answer(reply, record, outcome);
  };
}

function formOf(request: FastifyRequest): Form {
  const isForm = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') === true;
  return isForm ? Object.fromEntries(new URLSearchParams(bodySchema.parse(request.body))) : {};
}

function logCall(sandbox: Sandbox, kind: CallRecord['kind'], request: FastifyRequest, form: Form): CallRecord {
  const record: CallRecord = {
    n: ++sandbox.sequence,
    kind,
    method: request.method,
    path: request.url.split('?')[0] ?? '',
    userAgent: request.headers['user-agent'] ?? null,
    fields: Object.keys(form),
    status: null,
  };
  append(sandbox.calls, record);
  return record;
}

/** The answer of a fault that takes the place of the call; undefined for any other fault. */
function answerOf({ fault }: Fault): Answer | undefined {
  if (fault === 401) return failure(20003);
  if (typeof fault !== 'number') return undefined;
  return ERRORS.has(fault) ? failure(fault) : statusFailure(fault);
}

/** The answer to a call without the right credentials, or to another service; undefined for one that may go on. */
function refuse({ settings }: Sandbox, request: FastifyRequest, serviceSid: string): Answer | undefined {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const given = Buffer.from(encoded, 'base64').toString();
  if (given !== `${settings.apiKey}:${settings.apiSecret}`) return failure(20003);
  return serviceSid === settings.serviceSid ? undefined : failure(20404);
}

function cut(reply: FastifyReply): FastifyReply {
  reply.hijack();
  reply.raw.socket?.resetAndDestroy();
  return reply;
}

function answer(reply: FastifyReply, record: CallRecord, { status, body }: Answer): FastifyReply {
  record.status = status;
  return reply.code(status).send(body);
}
