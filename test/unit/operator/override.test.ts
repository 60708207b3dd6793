import { describe, expect, it } from 'vitest';
import { override } from '../../../webhook/verification/operator/actions.ts';
import { applied } from '../../support/builders/applied.ts';
import { last, NOW, newRecord, verificationId, withAttempt, withRequest } from '../../support/builders/history.ts';

const BY = { reason: 'seen-in-person', by: 'an operator' } as const;

describe('a decision of the operator', () => {
  it.each(['PASSED', 'FAILED'] as const)(
    'an operator’s decision cancels an attempt not yet requested from Jumio: %s',
    (verdict) => {
      const { record, events } = applied(
        override(withRequest(newRecord()), { verdict, ...BY }, verificationId(9), NOW),
        NOW,
      );
      expect(record.verifications[0]).toMatchObject({ source: 'jumio', state: 'expired', readDue: null });
      expect(record.identity.jumioDue).toBeNull();
      expect(events?.map(({ kind }) => kind)).toEqual(['overridden', 'not_needed']);
    },
  );

  it('an operator’s decision leaves an execution that has started: it is read until its end', () => {
    const before = withAttempt(newRecord());
    const { record } = applied(override(before, { verdict: 'PASSED', ...BY }, verificationId(9), NOW), NOW);
    expect(last(record)).toMatchObject({ state: 'started', readDue: last(before).readDue });
  });
});
