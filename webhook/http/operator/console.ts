import type { FastifyRequest } from 'fastify';
import type { Operator, OperatorSettings, OperatorsNow, ProxySettings } from '../../operators/index.ts';
import type { Context, Worker } from '../../verification/context.ts';
import type { CookieSigner } from '../cookies.ts';
import type { Theme } from '../pages/render.ts';
import type { Limits } from '../rate-limit.ts';
import type { Sessions } from '../whoami.ts';

/**
 * What a proxy's assertion proves: who has signed in there, and when (epoch milliseconds; undefined: it does not say); or the check
 * that it failed.
 */
export type ProxyAnswer =
  | { readonly kind: 'verified'; readonly subject: string; readonly signedInAt: number | undefined }
  | { readonly kind: 'refused'; readonly flaw: string };

/** Verifies an assertion of the proxy that the list of operators names now. Rejects with `UpstreamError` where its keys cannot be read. */
export type VerifyByProxy = (proxy: ProxySettings, assertion: string) => Promise<ProxyAnswer>;

/** Options of the console. */
export interface ConsoleOptions {
  readonly ctx: Context;
  readonly worker: Pick<Worker, 'wake'>;
  /** Read at each request: a role that was taken away counts at once. */
  readonly operators: OperatorsNow;
  readonly verifyAssertion: VerifyByProxy;
  readonly evidence: 'off' | 'details' | 'images';
  /** The page of an execution in the Jumio portal, as a template; undefined: not configured. */
  readonly portal: string | undefined;
  /** What is degraded, as readiness says it. */
  readonly degraded: () => Promise<readonly string[]>;
  readonly sessions: Sessions;
  readonly limits: Limits;
  readonly signer: CookieSigner;
  readonly theme: Theme;
  readonly publicUrl: string;
  readonly kratosPublicUrl: string;
  /** Whether browsers reach the service by https. */
  readonly isHttps: boolean;
}

/** The operator behind a request. */
export interface OperatorRequest {
  readonly operator: Operator;
  /** The rules, as they were at this request. */
  readonly settings: OperatorSettings;
  /** Whether they signed in recently enough to decide. */
  readonly isFresh: boolean;
  /** Where they sign in anew; undefined: at a proxy, of which no such address is known. */
  readonly refreshUrl: string | undefined;
}

const behind = new WeakMap<FastifyRequest, OperatorRequest>();

/** Remembers the operator behind a request. */
export function setOperator(request: FastifyRequest, found: OperatorRequest): void {
  behind.set(request, found);
}

/** Returns the operator behind a request; undefined before they are authenticated. */
export function operatorBehind(request: FastifyRequest): OperatorRequest | undefined {
  return behind.get(request);
}

/** The addresses of the console. */
export const PATHS = {
  queue: '/operator',
  search: '/operator/search',
  numbers: '/operator/numbers',
  service: '/operator/service',
  audit: '/operator/audit',
} as const;

/** Returns the page of a case. */
export function casePath(identityId: string): string {
  return `/operator/people/${encodeURIComponent(identityId)}`;
}
