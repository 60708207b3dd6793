import type { FastifyReply, FastifyRequest } from 'fastify';
import { type CallKind, takeApiFault } from '../faults.ts';
import type { Sandbox } from '../sandbox.ts';
import { refuse } from './admission.ts';
import { type ApiCall, logCall, readCall } from './call.ts';
import { identify } from './identify.ts';
import { type Answer, problem } from './problem.ts';
import { breakAnswer, breakBefore } from './transport-faults.ts';

export type ApiHandler = (sandbox: Sandbox, call: ApiCall) => Answer;
type Route = (request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Turns a handler into a route: log, fault on demand, admission, then the handler, then what the fault does to its answer. */
export function serve(sandbox: Sandbox, kind: CallKind, handler: ApiHandler): Route {
  return (request, reply) => {
    const call = open(sandbox, kind, request);
    const { fault, record } = call;
    if (typeof fault === 'number') return answer(reply, call, problem(fault));
    if (fault !== undefined && breakBefore(fault, reply, record)) return reply;
    const outcome = refuse(sandbox, call) ?? handler(sandbox, call);
    if (fault !== undefined && breakAnswer(fault, reply, record, outcome)) return reply;
    return answer(reply, call, outcome);
  };
}

function open(sandbox: Sandbox, kind: CallKind, request: FastifyRequest): ApiCall {
  const record = logCall(sandbox, kind, request);
  const read = readCall(request);
  identify(sandbox, record, read.params, read.text);
  const fault = takeApiFault(sandbox, kind, record.customerInternalReference ?? undefined);
  return { kind, ...read, record, fault };
}

function answer(reply: FastifyReply, { record }: ApiCall, { status, body, headers = {} }: Answer): FastifyReply {
  record.status = status;
  return reply.code(status).headers(headers).send(body);
}
