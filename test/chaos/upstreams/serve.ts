import type { ServerResponse } from 'node:http';
import type { ReceivedRequest } from '../../support/fakes/http-server.ts';
import type { Served } from '../history/history.ts';
import type { Timeline } from '../history/timeline.ts';
import { type Call, type Fault, type Faults, type Reply, respond } from './faults.ts';

/** Moments of a call: it has arrived, it has taken effect, or its answer was handed to the network. */
export type Moment = `${Call} ${'received' | 'done' | 'answered'}`;

/** What both doubles share. */
export interface World {
  readonly timeline: Timeline;
  readonly faults: Faults;
  /** Called at every moment. True: the caller is being killed, and gets no answer. */
  readonly reached: (moment: Moment, caller: string) => boolean;
}

/** The answer to a call, and the record of its effect. */
export interface Effect {
  readonly reply: Reply;
  /** Undefined: nothing happened that is worth a record. */
  readonly record?: Served;
}

/** What a call does. */
export interface Work {
  readonly call: Call;
  /** The id of the identity or execution that the call is about; empty for a token. Each subject has its own planned faults. */
  readonly subject: string;
  /** Takes effect, and records it. */
  effect(facts: Served, fault: Fault | undefined): Effect;
  /** Called for a fault that strikes before the effect. */
  readonly onRefused?: (fault: Fault) => void;
}

/** Serves one call: faults strike before or after the effect, and the caller may be killed at each moment. */
export function serve(world: World, response: ServerResponse, request: ReceivedRequest, work: Work): void {
  const { call, subject } = work;
  // Each start of each replica has a User-Agent of its own.
  const caller = request.headers['user-agent'] ?? '';
  if (world.reached(`${call} received`, caller)) return;
  const fault = world.faults.next(call, subject);
  if (fault !== undefined && !fault.takesEffect) {
    work.onRefused?.(fault);
    respond(response, { status: 500, body: {} }, fault);
    return;
  }
  const facts: Served = { seq: world.timeline.next(), wall: Date.now(), caller, answered: 'lost' };
  const { reply, record } = work.effect(facts, fault);
  if (world.reached(`${call} done`, caller)) return;
  let isWhole = false;
  response.on('finish', () => {
    if (isWhole && record !== undefined) {
      record.answered = 'given';
      record.answeredAt = Date.now();
    }
    world.reached(`${call} answered`, caller);
  });
  isWhole = respond(response, reply, fault);
}
