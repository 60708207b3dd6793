import type { Desk } from './desk.ts';
import { onEvidenceFailed } from './evidence-unread.ts';
import { giveUpEvidence, isToldOf, readEvidence } from './read-evidence.ts';
import { failed, type Step } from './step.ts';

/** Reads what an eID says, where a hook told of one; or what is linked now, where somebody wants to know. */
export async function payEvidence(desk: Desk, step: Step): Promise<void> {
  if (!step.mayCall()) return;
  try {
    if (desk.eid === undefined) await giveUpEvidence(desk, step);
    else await readEvidence(desk, desk.eid, step);
  } catch (error) {
    const facts = await failed(desk, step, error, 'could not read the evidence of an eID');
    const { snapshot: before } = step.claim;
    await step.write((snapshot) =>
      isToldOf(snapshot, before) ? { snapshot } : onEvidenceFailed(snapshot, facts, desk.clock.now(), desk.random()),
    );
  }
}
