import { z } from 'zod';
import { send } from '../kratos/loopback.ts';

const call = z.object({
  kind: z.string(),
  executionId: z.string().nullish(),
  customerInternalReference: z.string().nullish(),
});
const calls = z.object({ calls: z.array(call) });
const executions = z.object({
  executions: z.array(z.object({ id: z.string(), accountId: z.string(), status: z.string() })),
});

export type JumioCall = z.infer<typeof call>;

/** The sandbox's control channel, as much of it as the journeys need (sandbox/jumio/README.md). */
export interface JumioControl {
  /** The API calls so far, oldest first. */
  calls(): Promise<JumioCall[]>;
  /** The executions of an identity, oldest first. */
  executionsOf(identityId: string): Promise<z.infer<typeof executions>['executions']>;
  /** Moves Jumio's clock. */
  advance(seconds: number): Promise<void>;
  /** Any other control, e.g. `faults` or `settings`. */
  post(path: string, body: object): Promise<unknown>;
}

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
    advance: async (seconds) => {
      await post('time', { advanceSeconds: seconds });
    },
    post,
  };
}
