import { describe, expect, it } from 'vitest';
import type { UpstreamFacts } from '../../../webhook/errors.ts';
import type { IdentityRecord } from '../../../webhook/model.ts';
import {
  accountOf,
  classifyCreate,
  onCreated,
  onCreateFailed,
} from '../../../webhook/verification/execution/create.ts';
import { updateVerification } from '../../../webhook/verification/record/record.ts';
import { waitingOn } from '../../../webhook/verification/record/standing.ts';
import { applied } from '../../support/builders/applied.ts';
import {
  DAY,
  HOUR,
  LIFETIME,
  last,
  NOW,
  newRecord,
  readStatusAs,
  TERMS,
  withAttempt,
  withExecution,
  withRequest,
} from '../../support/builders/history.ts';
import { startedAs } from '../../support/fakes/jumio-answers.ts';

const terms = { now: NOW, ...TERMS };

function facts(changes: Partial<UpstreamFacts>): UpstreamFacts {
  return { upstream: 'jumio', operation: 'create', failure: 'status', ...changes };
}

function failed(record: IdentityRecord, seen: UpstreamFacts, now = NOW) {
  return applied(onCreateFailed(record, last(record).id, seen, classifyCreate(seen, false), { ...terms, now }), now);
}

describe('after a failed create call', () => {
  const first = withRequest(newRecord());

  it('a create call that had no effect is retried without limit, at most fifteen minutes apart', () => {
    let record = first;
    for (let n = 0; n < 50; n += 1) record = failed(record, facts({ failure: 'unreachable' })).record;
    expect(last(record).readDue).toBe(NOW + 450_000);
    expect(last(record)).toMatchObject({ state: 'requested', lastError: 'unreachable', createRefused: false });
  });

  it('a create call without a usable response is retried three times, then hourly, each time with an event', () => {
    let record = first;
    const pauses: number[] = [];
    for (let n = 0; n < 6; n += 1) {
      const change = failed(record, facts({ failure: 'timeout' }));
      expect(change.events).toMatchObject([{ kind: 'orphan_possible', detail: { seen: 'timeout' } }]);
      record = change.record;
      pauses.push((last(record).readDue ?? 0) - NOW);
    }
    expect(pauses).toEqual([1_000, 2_000, 4_000, HOUR, HOUR, HOUR]);
  });

  it('a refused create call is due again in a day and waits on the operator', () => {
    const { record, events } = failed(first, facts({ status: 400 }));
    expect(last(record)).toMatchObject({ createRefused: true, readDue: NOW + DAY, lastError: 'status 400' });
    expect(waitingOn(record)).toBe('operator');
    expect(events).toMatchObject([{ kind: 'create_refused', detail: { seen: 'status 400' } }]);
  });

  it.each([
    [403, true],
    [429, false],
  ])('a create call stopped for all verifications (%d) stays due: the budget defers it', (status, createRefused) => {
    const { record, events } = failed(first, facts({ status }));
    expect(last(record)).toMatchObject({ createRefused, readDue: NOW, attempts: 0 });
    expect(events).toEqual([]);
  });

  it('an account that is gone stays gone, whatever the next create call returns', () => {
    const gone = updateVerification(first, last(first).id, { lastError: 'account-gone' });
    expect(last(failed(gone, facts({ status: 503 })).record).lastError).toBe('account-gone');
  });

  it('after a failed create call the first publication no longer waits', () => {
    expect(first.identity.kratosDue).toBe(NOW + 5_000);
    expect(failed(first, facts({ failure: 'timeout' }), NOW + 10).record.identity.kratosDue).toBe(NOW + 10);
  });

  it('a publication in its own back-off keeps its due time after a failed create call', () => {
    const late = { ...first, identity: { ...first.identity, kratosAttempts: 2, kratosDue: NOW + 60_000 } };
    expect(failed(late, facts({ failure: 'timeout' })).record.identity.kratosDue).toBe(NOW + 60_000);
  });
});

describe('an execution that Jumio created', () => {
  it('a created execution has its ids, its link and the end of the link, and is due at that end', () => {
    const { record, events } = applied(
      onCreated(withRequest(newRecord()), last(withRequest(newRecord())).id, startedAs('a-1', 'e-1'), terms),
      terms.now,
    );
    expect(last(record)).toMatchObject({
      state: 'started',
      accountId: 'a-1',
      executionId: 'e-1',
      definitionKey: '10011',
      linkEndsAt: NOW + LIFETIME,
      sdkToken: 'sdk-e-1',
      transactionToken: 'transaction-e-1',
    });
    expect(last(record).link).toContain('link-e-1');
    expect(last(record).readDue).toBeGreaterThan(NOW + LIFETIME);
    expect(events).toEqual([
      { kind: 'started', verificationId: last(record).id, detail: { account: 'a-1', execution: 'e-1' } },
    ]);
  });

  it('a created execution makes its ids due for publishing at once', () => {
    const record = withExecution(withRequest(newRecord()), NOW + 700);
    expect(record.identity).toMatchObject({ version: 2, kratosDue: NOW + 700 });
    expect(record.identity.content).toContain('"workflow_execution_id":"execution-1"');
  });

  it('a created execution clears the errors of earlier tries', () => {
    const parked = failed(withRequest(newRecord()), facts({ status: 400 })).record;
    expect(last(withExecution(parked))).toMatchObject({ createRefused: false, attempts: 0, lastError: null });
  });

  it('a created execution without a link keeps its ids only, and waits on the operator', () => {
    const first = withRequest(newRecord());
    const { record, events } = applied(
      onCreated(first, last(first).id, startedAs('a-1', 'e-1', false), terms),
      terms.now,
    );
    expect(last(record)).toMatchObject({ state: 'started', accountId: 'a-1', executionId: 'e-1' });
    expect(last(record)).toMatchObject({ link: null, linkEndsAt: null, sdkToken: null, transactionToken: null });
    expect(waitingOn(record)).toBe('operator');
    expect(events).toMatchObject([{ kind: 'started' }, { kind: 'no_link' }]);
  });

  it('a further execution is created on the account of the earlier attempts', () => {
    const third = withRequest(
      readStatusAs(withAttempt(readStatusAs(withAttempt(newRecord()), 'TOKEN_EXPIRED').record), 'TOKEN_EXPIRED').record,
    );
    expect(accountOf(third, last(third))).toBe('account-1');
    expect(accountOf(withRequest(newRecord()), last(withRequest(newRecord())))).toBeUndefined();
  });
});
