import { firstForm } from '../../../sandbox/kratos/client/forms.ts';
import { newPerson, type Person } from '../../../sandbox/scenarios/person.ts';
import { operate } from '../support/operator.ts';
import { MANIPULATED, UNREADABLE } from '../support/outcomes.ts';
import { onlyExecutionOf, type World } from '../support/world.ts';

/** Brings somebody to where a page has something to say. */
export type Scene = (world: World) => Promise<Person>;

async function picked(world: World, fields: Readonly<Record<string, string>>): Promise<Person> {
  const person = await newPerson(world.place);
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
  const person = await picked(world, fields);
  await person.waitFor({ status });
  return person;
}

function rejected(reason: string): Scene {
  return (world) => decided(world, { outcome: 'reject', reason }, 'rejected');
}

/** Nothing was decided yet, and a link waits. */
export const signedUp: Scene = async ({ place }) => {
  const person = await newPerson(place);
  await person.waitFor({ status: 'pending' });
  return person;
};

/** Read the text, and did not agree. */
export const declined: Scene = async (world) => {
  const person = await signedUp(world);
  const { verifyUrl } = world.place;
  const page = await person.browser.get(`${verifyUrl}/jumio/verify`);
  const form = firstForm(page.text, page.url).fields;
  await person.browser.post(`${verifyUrl}/jumio/decline`, { form });
  return person;
};

/** Jumio has all it needs, and takes its time until the test lets it go on. */
export const processing: Scene = async (world) => {
  await world.jumio.post('settings', { processingSeconds: 600 });
  const person = await picked(world, { outcome: 'pass' });
  return person;
};

export const approved: Scene = (world) => decided(world, { outcome: 'pass' }, 'approved');

export const inReview: Scene = (world) => decided(world, { outcome: 'warn' }, 'review');

export const unreadable: Scene = (world) => decided(world, UNREADABLE, 'rejected');

export const unsupported: Scene = rejected('usability/UNSUPPORTED_DOCUMENT_TYPE');

export const outOfDate: Scene = rejected('dataChecks/DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT');

export const notFinished: Scene = rejected('usability/NOT_UPLOADED');

export const rejectedForGood: Scene = (world) => decided(world, MANIPULATED, 'rejected');

/** Agreed, went to Jumio, and was approved. */
export const verified: Scene = async (world) => {
  const person = await signedUp(world);
  await person.choose(await person.goToJumio(), { outcome: 'pass' });
  await person.waitFor({ status: 'approved' });
  return person;
};

/** The same, and is asked by the operator to do it again. */
export const onceMore: Scene = async (world) => {
  const person = await verified(world);
  const { code, err } = await operate(world, ['restart', person.identityId, '--by', 'ann']);
  if (code !== 0) throw new Error(err);
  return person;
};

/** Three rejections that a person could act on: no further try. */
export const tooMany: Scene = async (world) => {
  const person = await unreadable(world);
  for (const _ of [2, 3]) {
    await person.choose(await person.goToJumio(), UNREADABLE);
    // Rejected they were before: now it is this verdict that Kratos shows.
    const latest = (await world.jumio.executionsOf(person.identityId)).at(-1);
    await person.waitFor({ status: 'rejected', workflow_execution_id: latest?.id ?? '' });
  }
  return person;
};
