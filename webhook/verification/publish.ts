import { UpstreamError } from '../errors.ts';
import type { Change, Snapshot } from '../ledger/types.ts';
import { published } from './content.ts';
import type { Desk } from './desk.ts';
import { withIdentity } from './edit.ts';
import { debtToKratos, isOurCopy, onPublished, onPublishFailed, onReadBack } from './publication.ts';
import { factsOf, type Step, THROTTLED_MS } from './step.ts';

async function patch(desk: Desk, step: Step): Promise<void> {
  const identity = (await desk.ledger.snapshot(step.identityId))?.identity;
  if (identity === undefined || identity.content === null) return;
  const content = published(identity.content, identity.changedAt);
  const seen = await desk.kratos.publish(step.identityId, content);
  if (!isOurCopy(identity, seen)) {
    const detail = 'the answer does not show what was written: is KRATOS_ADMIN_URL the admin API itself?';
    throw new UpstreamError({ upstream: 'kratos', operation: 'patch', failure: 'unusable', detail });
  }
  await step.write((snapshot) => onPublished(snapshot, identity.version, desk.clock.now()));
}

async function readBack(desk: Desk, step: Step): Promise<void> {
  const { metadataPublic } = await desk.kratos.read(step.identityId);
  const copy = isRecord(metadataPublic) ? metadataPublic.jumio : undefined;
  await step.write((snapshot) => onReadBack(snapshot, copy, desk.clock.now()));
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

/** Unless that has changed since the claim. */
function owesNothing(snapshot: Snapshot): Change {
  const stillNothing = debtToKratos(snapshot.identity) === 'none';
  return { snapshot: stillNothing ? withIdentity(snapshot, { kratosDue: null }) : snapshot };
}

/** Pays what is owed to Kratos: the next version, or one look at the last one. */
export async function payKratos(desk: Desk, step: Step): Promise<void> {
  if (!step.mayCall()) return;
  const debt = debtToKratos(step.claim.snapshot.identity);
  try {
    if (debt === 'publish') await patch(desk, step);
    if (debt === 'read-back') await readBack(desk, step);
    if (debt === 'none') await step.write(owesNothing);
  } catch (error) {
    const facts = factsOf(error);
    desk.log.warn({ identity: step.identityId, upstream: facts }, 'could not publish to Kratos');
    const now = desk.clock.now();
    if (facts.status === 429) await desk.ledger.budgets.pause('kratos', now, facts.retryAfter ?? THROTTLED_MS);
    await step.write((snapshot) => onPublishFailed(snapshot, facts, now, desk.random()));
  }
}

/** The first publication waits for the first create try, but not for longer than it is due (design §4). */
export async function payKratosWhenLate(desk: Desk, step: Step, creating: Promise<void>): Promise<void> {
  const { published: done, version, kratosDue } = step.claim.snapshot.identity;
  if (done > 0 || version === 0 || kratosDue === null) return;
  const late = new Promise<'late'>((resolve) => {
    const timer = setTimeout(() => resolve('late'), Math.max(0, kratosDue - desk.clock.now()));
    void creating.finally(() => clearTimeout(timer)).catch(() => undefined);
  });
  const first = await Promise.race([late, creating.then(() => 'created' as const)]);
  if (first === 'late' && !(await isKratosPaused(desk))) await payKratos(desk, step);
}

/** Every other publication was let through by the claim. */
async function isKratosPaused(desk: Desk): Promise<boolean> {
  const paused = await desk.ledger.budgets.paused(desk.clock.now());
  return paused.some(({ name }) => name === 'kratos');
}
