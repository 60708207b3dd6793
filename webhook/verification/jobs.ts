import { checkCredentials, describeCheck } from './eid/index.ts';
import { createExecution, readExecution, sendPrefill } from './execution/index.ts';
import type { Job } from './job.ts';
import { describePending, publish } from './publication/index.ts';

/** Creates an execution at Jumio. While creation is paused, one call at a time is the trial: the oldest attempt that was not refused. */
const create: Job = {
  name: 'create',
  table: 'verifications',
  column: 'readDue',
  where: { source: 'jumio', state: 'requested' },
  budget: 'account',
  trialOrder: ['createRefused', 'requestedAt'],
  delaysFirstPublication: true,
  describe: (_record, { attempt }) => `create attempt ${attempt} at Jumio`,
  run: createExecution,
};

/** Reads an execution at Jumio, or deletes the account of an erased identity there. */
const read: Job = {
  name: 'read',
  table: 'verifications',
  column: 'readDue',
  where: { source: 'jumio' },
  whereNot: { state: 'requested' },
  budget: 'retrieval',
  marks: ({ claimedStatus }, now) => ({ lastReadAt: now, lastReadFor: claimedStatus }),
  describe: ({ identity }, { attempt }) =>
    `${identity.erasedAt === null ? 'read' : 'delete the account of'} attempt ${attempt} at Jumio`,
  run: readExecution,
};

/** Sends traits to Jumio. It reads them from Kratos first, so the pause of Kratos holds it back. */
const prefill: Job = {
  name: 'prefill',
  table: 'verifications',
  column: 'prefillDue',
  where: { source: 'jumio' },
  budget: 'kratos',
  describe: (_record, { attempt }) => `send traits to Jumio for attempt ${attempt}`,
  run: sendPrefill,
};

/** Checks the eID credentials of an identity. It reads them from Kratos first, so the pause of Kratos holds it back. */
const eid: Job = {
  name: 'eid',
  table: 'identities',
  column: 'eidDue',
  budget: 'kratos',
  delaysFirstPublication: true,
  describe: ({ identity }) => describeCheck(identity),
  run: checkCredentials,
};

/** Writes to Kratos: metadata, sessions, state, or the read of the last copy. */
const publication: Job = {
  name: 'publish',
  table: 'identities',
  column: 'kratosDue',
  budget: 'kratos',
  describe: ({ identity }) => describePending(identity),
  run: publish,
};

/** Every kind of due work. The worker, the lease, the claim and `nextDue` read this list. */
export const jobs: readonly Job[] = [create, read, prefill, eid, publication];
