import { issueAddress } from './addresses.ts';
import type { Desk } from './desk.ts';
import type { Attempt } from './gate-events.ts';
import { decidedStatus } from './published-copy.ts';
import { within } from './within.ts';

const LIFETIME_MS = 10 * 60_000;

/**
 * A one-time address for somebody whom the gate refuses: it opens their verification and nothing else. A new block of
 * the same flow withdraws the older one. `undefined` where it could not be kept in time: then it is a plain refusal.
 */
export async function wayOn(desk: Desk, attempt: Attempt, withinMs: number): Promise<string | undefined> {
  const { identityId, schemaId, bornAt, copy } = attempt;
  const person = { identityId, schemaId, bornAt, inherited: decidedStatus(copy) };
  const issue = { purpose: 'way-on', lifetimeMs: LIFETIME_MS, replaces: attempt.flowId ?? identityId } as const;
  try {
    const token = await within(issueAddress(desk, person, issue), withinMs);
    if (token !== 'late') return token;
    desk.log.warn({ identity: identityId }, 'a refusal carries no way on: the ledger took too long');
  } catch (error) {
    desk.log.error({ identity: identityId, err: error }, 'a refusal carries no way on: the ledger cannot be written');
  }
  return undefined;
}
