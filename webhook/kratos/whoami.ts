import { UpstreamError } from '../errors.ts';
import { type Answer, accept, type Call } from '../upstream.ts';
import type { Whoami } from './client.ts';
import { errorOf, kratosRefusal } from './refusal.ts';
import { sessionWire, toIdentity } from './wire.ts';

/**
 * What Kratos says of a person's credentials (kratos.md §9). An inactive session is none.
 * @throws UpstreamError for an answer that says neither yes nor no
 */
export function toWhoami(call: Call, answer: Answer, localeTrait?: string): Whoami {
  if (answer.status === 401) return { kind: 'none' };
  if (answer.status === 403) return toSecondFactor(call, answer);
  const session = accept(call, answer, sessionWire);
  return session.active ? { kind: 'session', identity: toIdentity(session.identity, localeTrait) } : { kind: 'none' };
}

function toSecondFactor(call: Call, answer: Answer): Whoami {
  const document = errorOf(answer);
  if (document?.error.id !== 'session_aal2_required') throw kratosRefusal(call, answer);
  const redirectTo = document.redirect_browser_to ?? document.error.details?.redirect_browser_to;
  return { kind: 'second-factor', ...(redirectTo !== undefined && { redirectTo }) };
}

/** Nobody can be asked: as for an address at which nobody listens, nothing was sent. */
export function unconfigured(call: Call): UpstreamError {
  return new UpstreamError({
    ...call,
    failure: 'unreachable',
    detail: 'the public address of Kratos is not configured',
  });
}
