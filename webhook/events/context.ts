import type { UpstreamFacts } from '../errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Receiver, ReceiverClient } from '../receiver/types.ts';
import type { WebhookSettings } from './settings.ts';

/** An endpoint with what its messages are signed with. */
export interface EventEndpoint extends Receiver {
  readonly secrets: readonly Buffer[];
}

/** How a try ended: `gone`, the endpoint wants no more events; `given-up`, it failed and was the last; else the facts of a failure. */
export type TryEnd = 'delivered' | 'gone' | 'given-up' | UpstreamFacts;

/** Hears of each try whose result is stored, for those who count. It does not throw. */
export type ObserveTry = (endpoint: string, end: TryEnd) => void;

/** What sending signed events needs. */
export interface EventContext {
  readonly ledger: Pick<Ledger, 'deliveries'>;
  readonly receivers: ReceiverClient;
  readonly endpoints: readonly EventEndpoint[];
  readonly clock: { now(): number };
  readonly log: {
    readonly info: (fields: object, message: string) => void;
    readonly warn: (fields: object, message: string) => void;
    readonly error: (fields: object, message: string) => void;
  };
  /** In [0, 1): the jitter of retries. */
  readonly random: () => number;
  /** Absent: nobody counts. */
  readonly observe?: ObserveTry | undefined;
}

/** Returns the endpoints of a configuration. */
export function endpointsOf({ endpoints }: WebhookSettings): EventEndpoint[] {
  return endpoints.map(({ name, url, allow_private: allowPrivate, secret_files: secrets }) => {
    return { name, url, allowPrivate, secrets };
  });
}
