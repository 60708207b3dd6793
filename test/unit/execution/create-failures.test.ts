import { describe, expect, it } from 'vitest';
import type { UpstreamFacts } from '../../../webhook/errors.ts';
import {
  accountOf,
  type CreateFailure,
  classifyCreate,
  onCreateFailed,
} from '../../../webhook/verification/execution/create.ts';
import { applied } from '../../support/builders/applied.ts';
import { last, NOW, newRecord, readStatusAs, TERMS, withAttempt, withRequest } from '../../support/builders/history.ts';

const terms = { now: NOW, ...TERMS };

function facts(changes: Partial<UpstreamFacts>): UpstreamFacts {
  return { upstream: 'jumio', operation: 'create', failure: 'status', ...changes };
}

const TOKEN = { operation: 'token' };

describe('the classification of a failed create call', () => {
  it.each<[string, Partial<UpstreamFacts>, CreateFailure]>([
    ['no connection: the call had no effect', { failure: 'unreachable' }, 'retry'],
    ['sent, without a response', { failure: 'timeout' }, 'unanswered'],
    ['the connection was cut', { failure: 'interrupted' }, 'unanswered'],
    ['a 2xx with an undocumented body', { failure: 'unusable', status: 200 }, 'unanswered'],
    ['500', { status: 500 }, 'unanswered'],
    ['503', { status: 503 }, 'unanswered'],
    ['400', { status: 400 }, 'refused'],
    ['401 with a fresh token', { status: 401 }, 'stopped'],
    ['403', { status: 403 }, 'stopped'],
    ['404 to a POST: a wrong URL', { status: 404 }, 'stopped'],
    ['429', { status: 429 }, 'throttled'],
    ['wrong client id', { ...TOKEN, status: 401 }, 'stopped'],
    ['token endpoint not found', { ...TOKEN, status: 404 }, 'stopped'],
    ['token endpoint throttled', { ...TOKEN, status: 429 }, 'retry'],
    ['token endpoint down', { ...TOKEN, status: 502 }, 'retry'],
    ['token endpoint timed out: the create call was never sent', { ...TOKEN, failure: 'timeout' }, 'retry'],
    ['token endpoint unreachable', { ...TOKEN, failure: 'unreachable' }, 'retry'],
    ['token endpoint answers with an unusable body', { ...TOKEN, failure: 'unusable', status: 200 }, 'retry'],
  ])('a failed create call is classified (%s)', (_name, changes, meaning) => {
    expect(classifyCreate(facts(changes), false)).toBe(meaning);
  });

  it('404 for an existing account means that the account is gone, and a new one is requested', () => {
    expect(classifyCreate(facts({ status: 404 }), true)).toBe('account-gone');
    const second = withRequest(readStatusAs(withAttempt(newRecord()), 'TOKEN_EXPIRED').record);
    expect(accountOf(second, last(second))).toBe('account-1');
    const { record, events } = applied(
      onCreateFailed(second, last(second).id, facts({ status: 404 }), 'account-gone', terms),
      terms.now,
    );
    expect(accountOf(record, last(record))).toBeUndefined();
    expect(last(record)).toMatchObject({ state: 'requested', readDue: NOW, attempts: 0 });
    expect(events).toMatchObject([{ kind: 'account_gone' }]);
  });
});
