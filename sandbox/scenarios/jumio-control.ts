import { z } from 'zod';
import { send } from '../kratos/client/loopback.ts';

const call = z.object({
  /** Numbers calls and callbacks in one sequence, in the order in which they happened. */
  n: z.number(),
  time: z.string(),
  kind: z.string(),
  /** Null where Jumio gave no answer. */
  status: z.number().nullable(),
  executionId: z.string().nullish(),
  customerInternalReference: z.string().nullish(),
});

const execution = z.object({
  id: z.string(),
  accountId: z.string(),
  status: z.string(),
  userReference: z.string().nullable(),
  /** The names of the fields of prepared data that were sent. */
  prepared: z.array(z.string()),
});

const callback = z.object({
  n: z.number(),
  reason: z.string(),
  state: z.string(),
  sentAt: z.string().nullable(),
  answerStatus: z.number().nullable(),
});

const calls = z.object({ calls: z.array(call) });

const executions = z.object({ executions: z.array(execution) });

const callbacks = z.object({ callbacks: z.array(callback) });

export type JumioCall = z.infer<typeof call>;

export type JumioExecution = z.infer<typeof execution>;

export type JumioCallback = z.infer<typeof callback>;

/** The part of the sandbox's control channel that scenarios and tests use (sandbox/jumio/README.md). */
export interface JumioControl {
  /** The API calls so far, oldest first. */
  calls(): Promise<JumioCall[]>;
  /** The executions of an identity, oldest first. */
  executionsOf(identityId: string): Promise<JumioExecution[]>;
  /** The callbacks about an execution, lost ones included, oldest first. */
  callbacksOf(executionId: string): Promise<JumioCallback[]>;
  /** Moves Jumio's clock forward. */
  advance(seconds: number): Promise<void>;
  /** Plans a fault for one of the next calls or callbacks. */
  fault(fault: object): Promise<void>;
  /** Any other request to the control channel, e.g. `settings`. Throws for an answer other than 2xx. */
  post(path: string, body: object): Promise<unknown>;
}

/** A client of the control channel of the sandbox at this URL. */
export function jumioControl(url: string): JumioControl {
  const get = async (path: string): Promise<unknown> =>
    (await send({ method: 'GET', url: `${url}/sandbox/${path}` })).json();
  const post = async (path: string, body: object): Promise<unknown> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await send({ method: 'POST', url: `${url}/sandbox/${path}`, headers, body: JSON.stringify(body) });
    if (answer.status >= 300) throw new Error(`sandbox ${path}: ${answer.status} ${answer.text}`);
    return answer.text === '' ? undefined : answer.json();
  };
  return {
    calls: async () => calls.parse(await get('calls')).calls,
    executionsOf: async (id) => executions.parse(await get(`executions?customerInternalReference=${id}`)).executions,
    callbacksOf: async (id) => callbacks.parse(await get(`callbacks?executionId=${id}`)).callbacks,
    advance: async (seconds) => {
      await post('time', { advanceSeconds: seconds });
    },
    fault: async (fault) => {
      await post('faults', fault);
    },
    post,
  };
}
