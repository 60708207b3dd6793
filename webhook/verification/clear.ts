import { UpstreamError } from '../errors.ts';
import type { KratosIdentity } from '../kratos/client.ts';
import type { Desk } from './desk.ts';
import { onCleared } from './publication.ts';
import type { Step } from './step.ts';

/** The identity as Kratos has it; undefined: it has it no more. */
async function seen(desk: Desk, step: Step): Promise<KratosIdentity | undefined> {
  try {
    return await desk.kratos.read(step.identityId);
  } catch (error) {
    if (error instanceof UpstreamError && error.facts.code === 'identity-not-found') return undefined;
    throw error;
  }
}

/** Clears our objects of an erased identity away, and what our mappers had Kratos keep of an eID. What Kratos does not have any more is cleared. */
export async function clear(desk: Desk, step: Step): Promise<void> {
  const { version } = step.claim.snapshot.identity;
  const identity = await seen(desk, step);
  if (identity !== undefined) {
    if (!step.mayCall()) return;
    // Without an eID nothing there is ours: the names are not so rare that nobody else could have chosen them.
    await desk.kratos.unpublish(identity, { withEid: desk.eid !== undefined });
  }
  await step.write((snapshot) => onCleared(snapshot, version, identity === undefined, desk.clock.now()));
}
