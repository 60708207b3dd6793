import type { Creation, Kill, RunHistory } from '../history/history.ts';
import type { Index } from './histories.ts';
import { mayBeForgotten } from './publications.ts';
import type { Report } from './violations.ts';

/** Whether the caller of a creation was killed before it stored it: one that creates again for the same identity was not. */
function isForgotten(orphan: Creation, creations: readonly Creation[], kills: readonly Kill[]): boolean {
  const isRepeated = creations.some(
    ({ identityId, caller, seq }) => identityId === orphan.identityId && caller === orphan.caller && seq > orphan.seq,
  );
  return orphan.answered === 'lost' || (mayBeForgotten(orphan, kills) && !isRepeated);
}

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
  const known = new Set(ledger.knownOrphans);
  const orphans = jumio.creations.filter(({ executionId }) => !linked.has(executionId));
  for (const orphan of orphans) {
    const verificationId = orphan.reference.split('.')[1] ?? '';
    const isKnown = known.has(orphan.executionId) || known.has(verificationId);
    if (!isKnown && !isForgotten(orphan, jumio.creations, driver.kills))
      reportFor(orphan.identityId)(
        'unexplained orphan',
        'the execution in a row: its answer was given, and its caller was not killed',
        orphan.executionId,
      );
  }
  const created = new Map(jumio.creations.map((creation) => [creation.executionId, creation]));
  for (const identityId of new Set(ledger.verifications.map((row) => row.identityId)))
    for (const { executionId, verificationId } of index.attemptsOf(identityId)) {
      const creation = created.get(executionId);
      const isOurs = creation?.identityId === identityId && creation.reference.includes(verificationId);
      if (!isOurs) reportFor(identityId)('forged', `an execution that was created for ${verificationId}`, executionId);
    }
  return orphans.length;
}
