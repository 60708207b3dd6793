import { firstForm } from '../../../sandbox/kratos/client/forms.ts';
import { newPerson, type Person } from '../../../sandbox/scenarios/person.ts';
import { operate } from '../support/operator.ts';
import { MANIPULATED, UNREADABLE } from '../support/outcomes.ts';
import { onlyExecutionOf, type World } from '../support/world.ts';

/** Creates a person whose verification is in a certain state. */
export type Scene = (world: World) => Promise<Person>;

async function withOutcome(world: World, fields: Readonly<Record<string, string>>): Promise<Person> {
  const person = await newPerson(world.stack);
  await person.waitFor({ status: 'pending' });
  const { id } = await onlyExecutionOf(world, person);
  const { reason, ...outcome } = fields;
  const [capability, label] = reason?.split('/') ?? [];
  await world.jumio.post(
    `executions/${id}/outcome`,
    reason === undefined ? outcome : { ...outcome, capability, label },
  );
  return person;
}

async function decided(world: World, fields: Readonly<Record<string, string>>, status: string): Promise<Person> {
  const person = await withOutcome(world, fields);
  await person.waitFor({ status });
  return person;
}

function rejected(reason: string): Scene {
  return (world) => decided(world, { outcome: 'reject', reason }, 'rejected');
}

/** Has signed up; nothing is decided, and a link is ready. */
export const signedUp: Scene = async ({ stack }) => {
  const person = await newPerson(stack);
  await person.waitFor({ status: 'pending' });
  return person;
};

/** Has read the consent text and declined. */
export const declined: Scene = async (world) => {
  const person = await signedUp(world);
  const { verifyUrl } = world.stack;
  const page = await person.browser.get(`${verifyUrl}/jumio/verify`);
  const form = firstForm(page.text, page.url).fields;
  await person.browser.post(`${verifyUrl}/jumio/decline`, { form });
  return person;
};

/** Has finished at Jumio, which processes until the test changes `processingSeconds`. */
export const processing: Scene = async (world) => {
  await world.jumio.post('settings', { processingSeconds: 600 });
  const person = await withOutcome(world, { outcome: 'pass' });
  return person;
};

export const approved: Scene = (world) => decided(world, { outcome: 'pass' }, 'approved');

export const inReview: Scene = (world) => decided(world, { outcome: 'warn' }, 'review');

export const unreadable: Scene = (world) => decided(world, UNREADABLE, 'rejected');

export const unclearFace: Scene = rejected('liveness/FACE_NOT_FULLY_VISIBLE');

export const noDocument: Scene = rejected('usability/NOT_A_DOCUMENT');

export const unsupported: Scene = rejected('usability/UNSUPPORTED_DOCUMENT_TYPE');

export const outOfDate: Scene = rejected('dataChecks/DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT');

export const notFinished: Scene = rejected('usability/NOT_UPLOADED');

export const rejectedForGood: Scene = (world) => decided(world, MANIPULATED, 'rejected');

/** Has agreed, finished at Jumio, and was approved. */
export const verified: Scene = async (world) => {
  const person = await signedUp(world);
  await person.choose(await person.goToJumio(), { outcome: 'pass' });
  await person.waitFor({ status: 'approved' });
  return person;
};

/** Was approved, and the operator has requested another verification. */
export const restarted: Scene = async (world) => {
  const person = await verified(world);
  const { code, err } = await operate(world, ['restart', person.identityId, '--by', 'ann']);
  if (code !== 0) throw new Error(err);
  return person;
};

/** Has three rejections for a reason that a person can act on: no further attempt is allowed. */
export const outOfAttempts: Scene = async (world) => {
  const person = await unreadable(world);
  for (const _ of [2, 3]) {
    await person.choose(await person.goToJumio(), UNREADABLE);
    // The person was rejected before, so wait until Kratos shows this verdict.
    const latest = (await world.jumio.executionsOf(person.identityId)).at(-1);
    await person.waitFor({ status: 'rejected', workflow_execution_id: latest?.id ?? '' });
  }
  return person;
};
