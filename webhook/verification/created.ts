import type { Started } from '../jumio/client.ts';
import type { Change, Identity, LedgerEvent, Snapshot, Verification } from '../ledger/types.ts';
import { attemptsOf } from './attempts.ts';
import { hasAgreed } from './consent.ts';
import { find, withIdentity, withVerification } from './edit.ts';
import { nextLook } from './schedule.ts';
import { settle } from './settle.ts';

export interface Terms {
  readonly now: number;
  /** In [0, 1): the jitter. */
  readonly random: number;
  readonly linkLifetimeMs: number;
  readonly workflowKey: string;
  /** The version of the text that a person must have agreed to before traits go to Jumio; undefined: none ever do. */
  readonly preparesFor?: string | undefined;
}

/** The account of an earlier attempt, unless Jumio said that it is gone: further executions belong on it. */
export function accountOf(snapshot: Snapshot, verification: Verification): string | undefined {
  if (verification.lastError === 'account-gone') return undefined;
  const earlier = attemptsOf(snapshot)
    .filter(({ accountId }) => accountId !== null)
    .at(-1);
  return earlier?.accountId ?? undefined;
}

/** Tokens of an execution that nobody can be led to are of no use, and would have no end to be deleted at. */
function secretsOf({ link, sdkToken, transactionToken }: Started): Partial<Verification> {
  if (link === undefined) return { link: null, sdkToken: null, transactionToken: null };
  return { link, sdkToken: sdkToken ?? null, transactionToken: transactionToken ?? null };
}

function startedRow(row: Verification, started: Started, identity: Identity, terms: Terms): Partial<Verification> {
  const linkEndsAt = started.link === undefined ? null : terms.now + terms.linkLifetimeMs;
  const readDue = nextLook({ ...row, linkEndsAt: terms.now + terms.linkLifetimeMs }, terms.now);
  return {
    state: 'started',
    accountId: started.accountId,
    executionId: started.executionId,
    definitionKey: terms.workflowKey,
    attempts: 0,
    lastError: null,
    parked: 0,
    readDue,
    linkEndsAt,
    ...secretsOf(started),
    ...preparedOf(started, identity, terms),
  };
}

/** Traits are owed where the operator wants them sent and Jumio takes them; due once the person has agreed. */
function preparedOf(started: Started, identity: Identity, { now, preparesFor }: Terms): Partial<Verification> {
  const { link, transactionToken, preparedUrl } = started;
  const isTaken = link !== undefined && transactionToken !== undefined && preparedUrl !== undefined;
  if (preparesFor === undefined || !isTaken) return {};
  return { prepared: 1, preparedUrl, preparedTries: 0, preparedDue: hasAgreed(identity, preparesFor) ? now : null };
}

/** Jumio made the execution. Without a link the ids are kept all the same: the execution exists and was paid for. */
export function onCreated(snapshot: Snapshot, id: string, started: Started, terms: Terms): Change {
  const row = find(snapshot, id);
  const detail = { account: started.accountId, execution: started.executionId };
  const events: LedgerEvent[] = [{ kind: 'started', verificationId: id, detail }];
  if (started.link === undefined) events.push({ kind: 'no_link', verificationId: id });
  const isForeign = terms.preparesFor !== undefined && started.foreignPreparedUrl === true;
  if (isForeign) events.push({ kind: 'prepared_url_refused', verificationId: id });
  const patched = withVerification(snapshot, id, startedRow(row, started, snapshot.identity, terms));
  return settle(withIdentity(patched, { priority: 0 }), terms.now, events);
}
