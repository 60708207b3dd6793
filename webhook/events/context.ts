import type { Ledger } from '../ledger/ledger.ts';
import type { Receiver, ReceiverClient } from '../receiver/types.ts';
import type { WebhookSettings } from './settings.ts';

/** An endpoint with what its messages are signed with. */
export interface EventEndpoint extends Receiver {
  readonly secrets: readonly Buffer[];
}

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
}

/** Returns the endpoints of a configuration. */
export function endpointsOf({ endpoints }: WebhookSettings): EventEndpoint[] {
  return endpoints.map(({ name, url, allow_private: allowPrivate, secret_files: secrets }) => {
    return { name, url, allowPrivate, secrets };
  });
}
