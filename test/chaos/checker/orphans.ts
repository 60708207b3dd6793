import type { RunHistory } from '../history/history.ts';
import type { Index } from './histories.ts';
import { mayBeForgotten } from './publications.ts';
import type { Report } from './violations.ts';

/** Checks that every execution of a row is one that Jumio created for it, and counts those of no row, which need an explanation. */
export function checkOrphans(
  { jumio, driver, ledger }: RunHistory,
  index: Index,
  reportFor: (identityId: string) => Report,
): number {
  const linked = new Map<string, string>();
  for (const { executionId, identityId, id } of ledger.verifications) {
    if (executionId === null) continue;
    const other = linked.get(executionId);
    if (other !== undefined) reportFor(identityId)('doubled', `${executionId} of one attempt`, `${other} and ${id}`);
    linked.set(executionId, id);
  }
  const orphans = jumio.creations.filter(({ executionId }) => !linked.has(executionId));
  for (const creation of orphans)
    if (!mayBeForgotten(creation, driver.kills))
      reportFor(creation.identityId)(
        'unexplained orphan',
        'the execution in a row: its answer was given, and nobody was killed',
        creation.executionId,
      );
  const created = new Map(jumio.creations.map((creation) => [creation.executionId, creation]));
  for (const identityId of new Set(ledger.verifications.map((row) => row.identityId)))
    for (const { executionId, verificationId } of index.attemptsOf(identityId)) {
      const creation = created.get(executionId);
      const isOurs = creation?.identityId === identityId && creation.reference.includes(verificationId);
      if (!isOurs) reportFor(identityId)('forged', `an execution that was created for ${verificationId}`, executionId);
    }
  return orphans.length;
}
