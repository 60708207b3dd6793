import type { Observe } from '../upstream/http.ts';

/** An address of an application that takes signed events, as the operator configured it. */
export interface Receiver {
  readonly name: string;
  readonly url: string;
  /** True: it may be at a private address. */
  readonly allowPrivate: boolean;
}

/** One request to a receiver: the exact bytes of its body, and the headers that sign them. */
export interface SignedRequest {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Sends signed events (docs/events.md#delivery). */
export interface ReceiverClient {
  /**
   * Resolves with the status when the receiver has answered 2xx; what else it says is not read.
   * @throws UpstreamError for every other outcome: a redirect, a refusal, no answer in time, an address that is not allowed
   */
  send(receiver: Receiver, request: SignedRequest): Promise<number>;
}

/** Finds the addresses of a host, as `dns.lookup` with `all`. */
export type Resolve = (
  host: string,
  found: (error: Error | null, addresses: readonly { readonly address: string; readonly family: number }[]) => void,
) => void;

/** Options of `createReceiverClient`. */
export interface ReceiverClientOptions {
  readonly userAgent: string;
  readonly observe?: Observe;
  /** Milliseconds that one delivery may take. */
  readonly deadline?: number;
  /** By default the resolver of the system. */
  readonly resolve?: Resolve;
}
