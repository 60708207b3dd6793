import type { PayerSession } from '../factor.ts';
import type { TransactionSettings } from '../settings.ts';
import { freshPassword, type Knowledge, type PasswordOf, passwordCounts } from './elements.ts';

/** What it takes to say whether the password of a session counts. */
export interface KnowledgeContext {
  readonly settings: Pick<TransactionSettings, 'max_auth_age' | 'cooling_off'>;
  /** Reads Kratos. Rejects with `UpstreamError`. */
  readonly passwordOf: (identityId: string) => Promise<PasswordOf>;
}

/**
 * Returns whether the password of a session counts.
 * @param asOf when it must have been fresh: now, or when the attempt began that it stands beside; epoch milliseconds
 */
export async function readKnowledge(
  { settings, passwordOf }: KnowledgeContext,
  session: PayerSession,
  asOf: number,
  now: number,
): Promise<Knowledge> {
  const password = await passwordOf(session.identityId);
  return passwordCounts(password, freshPassword(session, settings.max_auth_age, asOf), settings.cooling_off, now);
}
