import type { IdentityRecord, Verification } from '../../../webhook/model.ts';
import { type ClaimedJob, type Job, lease } from '../../../webhook/verification/job.ts';
import { jobs } from '../../../webhook/verification/jobs.ts';
import { applied } from './applied.ts';

type JobName = 'create' | 'read' | 'prefill' | 'eid' | 'publish';

/** The work of one claim by the names of its jobs. */
export interface WorkByName {
  readonly create?: Verification;
  readonly read?: Verification;
  readonly prefill?: Verification;
  readonly eid?: true;
  readonly publish: boolean;
}

/** Returns the work of a claim by job name. */
export function workOf(work: readonly ClaimedJob[]): WorkByName {
  const has = (name: JobName): boolean => work.some(({ job }) => job.name === name);
  const row = (name: JobName): Verification | undefined => work.find(({ job }) => job.name === name)?.verification;
  const [create, read, prefill] = [row('create'), row('read'), row('prefill')];
  const ofJumio = { ...(create && { create }), ...(read && { read }), ...(prefill && { prefill }) };
  return { ...ofJumio, ...(has('eid') && { eid: true }), publish: has('publish') };
}

/** Leases a record for the jobs with these names, as a claim does. */
export function leaseFor(record: IdentityRecord, names: readonly JobName[], now: number) {
  const claimed: Job[] = jobs.filter(({ name }) => names.some((one) => one === name));
  const { work, ...change } = lease(record, claimed, now);
  return { ...applied(change, now), work: workOf(work) };
}
