import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toResult } from '../../../webhook/jumio/result.ts';
import { detailsWire } from '../../../webhook/jumio/wire.ts';
import { type ExecutionOutcome, outcomeOf, outcomeOfStatus } from '../../../webhook/verification/execution/outcome.ts';
import { last, newRecord, withAttempt } from '../../support/builders/history.ts';
import { decision, detailsOf } from '../../support/fakes/jumio-answers.ts';

const FOLDER = new URL('../../fixtures/jumio/', import.meta.url);

function decided(file: string): ExecutionOutcome {
  return outcomeOf(toResult(detailsWire.parse(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')))));
}

const DOCUMENTED: readonly (readonly [file: string, decision: ExecutionOutcome])[] = [
  ['details.json', { kind: 'decided', status: 'PROCESSED', verdict: 'PASSED', reason: null }],
  ['details-authentication.json', { kind: 'decided', status: 'PROCESSED', verdict: 'PASSED', reason: null }],
  ['details-warning.json', { kind: 'decided', status: 'PROCESSED', verdict: 'WARNING', reason: null }],
  ['details-rejected.json', { kind: 'decided', status: 'PROCESSED', verdict: 'FAILED', reason: 'unreadable' }],
  [
    'details-unsupported.json',
    { kind: 'decided', status: 'PROCESSED', verdict: 'FAILED', reason: 'unsupported_document' },
  ],
  ['details-expired.json', { kind: 'expired', status: 'TOKEN_EXPIRED' }],
  // Recorded in 2023: expired, and yet REJECTED / 100. The status takes precedence.
  ['details-expired-2023.json', { kind: 'expired', status: 'SESSION_EXPIRED' }],
  ['details-open.json', { kind: 'progress', status: 'INITIATED' }],
];

describe('outcomes of documented answers', () => {
  it.each(DOCUMENTED)('the outcome of the documented answer %s', (file, expected) => {
    expect(decided(file)).toStrictEqual(expected);
  });

  it('every details answer of the fixtures has an expected outcome', () => {
    const files = readdirSync(FOLDER).filter((name) => name.startsWith('details'));
    expect(DOCUMENTED.map(([file]) => file).sort()).toEqual(files.sort());
  });
});

describe('the outcome of a decision', () => {
  const row = last(withAttempt(newRecord()));

  it.each([
    ['PASSED', { kind: 'decided', verdict: 'PASSED' }],
    ['WARNING', { kind: 'decided', verdict: 'WARNING' }],
    ['REJECTED', { kind: 'decided', verdict: 'FAILED', reason: 'other' }],
    ['NOT_EXECUTED', { kind: 'expired' }],
    // Values of older APIs and of the published integration; Jumio’s retrieval API has none of them.
    ['FAILED', { kind: 'unknown' }],
    ['APPROVED', { kind: 'unknown' }],
    ['DENIED', { kind: 'unknown' }],
    ['passed', { kind: 'unknown' }],
    ['', { kind: 'unknown' }],
  ])('decision type %j alone determines the outcome, whatever label and score are', (type, expected) => {
    const label = fc.constantFrom('PASSED', 'WARNING', 'REJECTED', 'NOT_EXECUTED', 'TOKEN_EXPIRED', 'OUR_OWN', '');
    fc.assert(
      fc.property(label, fc.double({ min: -1, max: 100, noNaN: true }), (text, score) => {
        const given = { status: 'PROCESSED', decision: decision(type, score, text) };
        expect(outcomeOf(detailsOf(row, given))).toMatchObject(expected);
      }),
    );
  });

  it('an execution that is not processed has no decision, whatever stands beside its status', () => {
    for (const status of ['INITIATED', 'ACQUISITION_STARTED', 'ACQUIRED', 'SESSION_EXPIRED', 'TOKEN_EXPIRED', 'PAUSED'])
      for (const type of ['PASSED', 'WARNING', 'REJECTED']) {
        const result = detailsOf(row, { status, decision: decision(type, 50) });
        expect(outcomeOf(result)).toStrictEqual(outcomeOfStatus(status));
        expect(outcomeOf(result).kind).not.toBe('decided');
      }
  });
});
