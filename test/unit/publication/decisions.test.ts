import { describe, expect, it } from 'vitest';
import type { StoredEvent } from '../../../webhook/ledger/reads.ts';
import { decisionsPublished } from '../../../webhook/verification/publication/decisions.ts';
import { updateVerification } from '../../../webhook/verification/record/record.ts';
import { last, NOW, newRecord, withAttempt } from '../../support/builders/history.ts';

const attempt = withAttempt(newRecord());

const row = last(attempt);

const record = updateVerification(attempt, row.id, { reason: 'unreadable' });

function event(kind: string, at: number, detail: unknown = {}): StoredEvent {
  return { kind, at: NOW + at, detail, verificationId: row.id };
}

const FAILED = { verdict: 'FAILED', reason: 'unreadable', previous: null };

const whole = (at: number): StoredEvent => event('published', at, { version: 1, status: 'rejected' });

const behind = (at: number): StoredEvent => event('published', at, { version: 1 });

function verdicts(...events: readonly StoredEvent[]): string[] {
  return decisionsPublished(events, record, NOW + 10_000).map(({ verdict }) => verdict);
}

describe('the decisions that a publication brings to Kratos', () => {
  it('a decision since the last publication is told with its source, reason and times', () => {
    const events = [event('requested', 0), whole(1_000), event('decided', 5_000, FAILED), whole(9_000)];
    expect(decisionsPublished(events, record, NOW + 9_000)).toEqual([
      { verdict: 'FAILED', source: 'jumio', reason: 'unreadable', sinceRequestMs: 5_000, sinceKnownMs: 4_000 },
    ]);
  });

  it('a publication without a new decision tells nothing, and so does one of the same copy again', () => {
    const decided = [whole(1_000), event('decided', 5_000, FAILED), whole(6_000)];
    expect(verdicts(...decided)).toEqual(['FAILED']);
    expect(verdicts(...decided, event('copy_differs', 7_000), whole(8_000))).toEqual([]);
    expect(verdicts(...decided, event('callback', 7_000), whole(8_000), whole(9_000))).toEqual([]);
  });

  it('several decisions before one publication are all told, each once', () => {
    const passed = { ...FAILED, verdict: 'PASSED', previous: 'FAILED' };
    const overridden = event('overridden', 3_000, { verdict: 'FAILED' });
    expect(
      verdicts(event('decided', 1_000, FAILED), event('decided', 2_000, passed), overridden, whole(4_000)),
    ).toEqual(['FAILED', 'PASSED', 'FAILED']);
  });

  it('a publication that was behind ends no stretch: the next one tells what was decided before it', () => {
    const decided = event('decided', 1_000, FAILED);
    expect(verdicts(whole(500), decided, behind(2_000), whole(3_000))).toEqual(['FAILED']);
  });

  it('only the first decision of Jumio has a time to the verdict; an eID approves', () => {
    const again = event('decided', 2_000, { ...FAILED, previous: 'PASSED' });
    const events = [again, event('eid_approved', 3_000), whole(4_000)];
    expect(decisionsPublished(events, record, NOW + 4_000)).toMatchObject([
      { verdict: 'FAILED', sinceRequestMs: null },
      { verdict: 'PASSED', reason: null, sinceRequestMs: null, sinceKnownMs: 1_000 },
    ]);
  });
});
