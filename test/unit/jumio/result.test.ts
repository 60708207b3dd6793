import { describe, expect, it } from 'vitest';
import { type JumioResult, toResult } from '../../../webhook/jumio/result.ts';
import { detailsWire } from '../../../webhook/jumio/wire.ts';

/** As Jumio sends it (docs/reference/jumio.md#73-details-response): the mapping is tested only with JSON as on the wire. */
function wire(changes: object): string {
  return JSON.stringify({
    workflow: {
      id: '7c1b5b0e-55f2-4a0c-8f56-11b9f0d4c502',
      status: 'PROCESSED',
      definitionKey: '10011',
      userReference: 'u-4711',
      customerInternalReference: 'kyc-2f1c',
    },
    account: { id: '0b6d0c1e-7b0c-4a57-9a6d-2f0a3a1c9e01' },
    createdAt: '2026-01-05T09:30:01.221Z',
    completedAt: '2026-01-05T09:41:12.886Z',
    decision: { type: 'PASSED', details: { label: 'PASSED' }, risk: { score: 12.25 } },
    steps: { href: 'https://retrieval.emea-1.jumio.ai/steps' },
    capabilities: {},
    ...changes,
  });
}

function result(changes: object): JumioResult {
  return toResult(detailsWire.parse(JSON.parse(wire(changes))));
}

function finding(type: string, label?: string) {
  return { id: 'x', credentials: [], decision: { type, details: label === undefined ? undefined : { label } } };
}

/** The reason of a rejection with the given capabilities. */
function reason(capabilities: unknown): string | undefined {
  const decision = { type: 'REJECTED', details: { label: 'REJECTED' }, risk: { score: 100 } };
  return result({ decision, capabilities }).decision?.reason;
}

describe('the result of a details response', () => {
  it('a result has the fields about the execution, and none about the person', () => {
    const extraction = [{ ...finding('PASSED', 'OK'), data: { firstName: 'Erika', documentNumber: 'C01X' } }];
    expect(result({ capabilities: { extraction } })).toStrictEqual({
      accountId: '0b6d0c1e-7b0c-4a57-9a6d-2f0a3a1c9e01',
      executionId: '7c1b5b0e-55f2-4a0c-8f56-11b9f0d4c502',
      definitionKey: '10011',
      status: 'PROCESSED',
      userReference: 'u-4711',
      customerInternalReference: 'kyc-2f1c',
      completedAt: Date.UTC(2026, 0, 5, 9, 41, 12, 886),
      decision: { type: 'PASSED', label: 'PASSED', score: 12.25 },
    });
  });

  it('a result leaves out every optional field that the response lacks', () => {
    const workflow = { id: 'w', status: 'INITIATED', definitionKey: 10011 };
    const bare = { workflow, completedAt: undefined, decision: undefined, capabilities: undefined, steps: undefined };
    expect(result(bare)).toStrictEqual({
      accountId: '0b6d0c1e-7b0c-4a57-9a6d-2f0a3a1c9e01',
      executionId: 'w',
      definitionKey: '10011',
      status: 'INITIATED',
    });
    expect(result({ decision: null }).decision).toBeUndefined();
    expect(result({ decision: { type: 'PASSED' } }).decision).toStrictEqual({ type: 'PASSED' });
  });

  it('an undocumented status is kept in the result', () => {
    const workflow = { id: 'w', status: 'PAUSED', definitionKey: '10011' };
    expect(result({ workflow }).status).toBe('PAUSED');
  });

  it('a result keeps status and decision: an expired execution may carry a rejection', () => {
    const workflow = { id: 'w', status: 'SESSION_EXPIRED', definitionKey: '10011' };
    expect(result({ workflow, decision: { type: 'REJECTED' } })).toMatchObject({
      status: 'SESSION_EXPIRED',
      decision: { type: 'REJECTED' },
    });
  });

  it.each([
    ['2026-01-05T10:41:12.886+01:00', Date.UTC(2026, 0, 5, 9, 41, 12, 886)],
    ['2026-01-05T09:41:12Z', Date.UTC(2026, 0, 5, 9, 41, 12)],
    ['2026-01-05T09:41:12.886', undefined],
    ['yesterday', undefined],
    [1767606072886, undefined],
  ])('the completion time %s is parsed as %s', (completedAt, epoch) => {
    expect(result({ completedAt }).completedAt).toBe(epoch);
  });

  it.each([
    ['PASSED', 'PASSED'],
    ['WARNING', 'WARNING'],
    ['REJECTED', 'REJECTED'],
    ['NOT_EXECUTED', 'NOT_EXECUTED'],
    ['FAILED', 'UNKNOWN'],
    ['passed', 'UNKNOWN'],
    ['', 'UNKNOWN'],
  ])('the decision type %s is mapped to %s, whatever label and score are', (type, expected) => {
    const decision = { type, details: { label: 'PASSED' }, risk: { score: 0 } };
    expect(result({ decision }).decision?.type).toBe(expected);
  });

  it('a custom label is cut to 100 characters', () => {
    const decision = { type: 'PASSED', details: { label: 'x'.repeat(5000) } };
    expect(result({ decision }).decision?.label).toHaveLength(100);
  });

  it.each(['PASSED', 'WARNING', 'NOT_EXECUTED', 'FAILED'])('a decision of type %s has no reason', (type) => {
    const capabilities = { usability: [finding('REJECTED', 'BLURRED')] };
    expect(result({ decision: { type }, capabilities }).decision).not.toHaveProperty('reason');
  });

  it.each([
    ['no account', { account: undefined }],
    ['an id that is no path segment', { account: { id: '../accounts' } }],
    ['no status', { workflow: { id: 'w', definitionKey: '10011' } }],
    ['a decision without a type', { decision: { details: { label: 'PASSED' } } }],
  ])('a details response with %s is refused', (_, changes) => {
    expect(detailsWire.safeParse(JSON.parse(wire(changes))).success).toBe(false);
  });
});

/** docs/reference/jumio.md#75-capability-labels, each label with its decision type. */
const labels: readonly [capability: string, type: string, labels: string, reason: string][] = [
  ['usability', 'REJECTED', 'BAD_QUALITY BLURRED BAD_QUALITY_IMAGE GLARE BLACK_WHITE DAMAGED_DOCUMENT', 'unreadable'],
  ['usability', 'REJECTED', 'PART_OF_DOCUMENT_MISSING PART_OF_DOCUMENT_HIDDEN MISSING_PAGE', 'unreadable'],
  ['usability', 'REJECTED', 'MISSING_MANDATORY_DATAPOINTS', 'unreadable'],
  ['usability', 'WARNING', 'UNSUPPORTED_COUNTRY UNSUPPORTED_DOCUMENT_TYPE', 'unsupported_document'],
  ['dataChecks', 'WARNING', 'DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT', 'expired_document'],
  ['dataChecks', 'REJECTED', 'DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT', 'expired_document'],
  ['usability', 'NOT_EXECUTED', 'NOT_UPLOADED', 'not_finished'],
  ['usability', 'REJECTED', 'MISSING_SIGNATURE NOT_A_DOCUMENT PHOTOCOPY', 'document_unusable'],
  ['usability', 'REJECTED', 'DIGITAL_COPY', 'other'],
  ['usability', 'WARNING', 'LIVENESS_UNDETERMINED', 'face_unreadable'],
  ['usability', 'NOT_EXECUTED', 'TECHNICAL_ERROR PRECONDITION_NOT_FULFILLED', 'other'],
  ['imageChecks', 'REJECTED', 'DIGITAL_COPY WATERMARK MANIPULATED_DOCUMENT MANIPULATED_DOCUMENT_EXPIRY', 'other'],
  ['imageChecks', 'REJECTED', 'GHOST_IMAGE_DIFFERENT PUNCHED SAMPLE FAKE CHIP_MISSING OTHER_REJECTION', 'other'],
  ['imageChecks', 'REJECTED', 'DIGITAL_MANIPULATION MISMATCH_FRONT_BACK', 'other'],
  ['imageChecks', 'WARNING', 'DIFFERENT_PERSON REPEATED_FACE', 'other'],
  ['dataChecks', 'REJECTED', 'NFC_CERTIFICATE MISMATCHING_DATAPOINTS MRZ_CHECKSUM HIGH_FRAUD_RISK', 'other'],
  ['dataChecks', 'REJECTED', 'MISMATCHING_DATA_REPEATED_FACE MISMATCH_HRZ_MRZ_DATA CUSTOMER_FEEDBACK', 'other'],
  ['liveness', 'REJECTED', 'LIVENESS_UNDETERMINED NO_FACE_PRESENT FACE_NOT_FULLY_VISIBLE', 'face_unreadable'],
  ['liveness', 'REJECTED', 'MULTIPLE_PEOPLE', 'face_unreadable'],
  ['liveness', 'WARNING', 'BAD_QUALITY', 'face_unreadable'],
  ['liveness', 'REJECTED', 'ID_USED_AS_SELFIE DIGITAL_COPY PHOTOCOPY MANIPULATED BLACK_WHITE', 'other'],
  ['liveness', 'WARNING', 'AGE_DIFFERENCE', 'other'],
  ['similarity', 'REJECTED', 'NO_MATCH', 'other'],
  ['similarity', 'WARNING', 'NOT_POSSIBLE', 'face_unreadable'],
  ['authentication', 'REJECTED', 'FAILED', 'other'],
  ['watchlistScreening', 'WARNING', 'ALERT', 'other'],
  ['somethingNew', 'REJECTED', 'BLURRED UNSUPPORTED_COUNTRY', 'other'],
  ['usability', 'REJECTED', 'A_LABEL_OF_TOMORROW constructor __proto__', 'other'],
];

const cells = labels.flatMap(([capability, type, words, expected]) =>
  words.split(' ').map((label) => ({ capability, type, label, expected })),
);

describe('the reason of a rejection', () => {
  it.each(cells)('the reason for $capability $type $label is $expected', ({ capability, type, label, expected }) => {
    expect(reason({ [capability]: [finding(type, label)] })).toBe(expected);
  });

  it.each(cells.filter(({ expected }) => expected === 'other').filter(({ type }) => type !== 'NOT_EXECUTED'))(
    'a blurred photo beside $capability $type $label gives the reason other',
    ({ capability, type, label }) => {
      const blurred = finding('REJECTED', 'BLURRED');
      expect(reason({ usability: [blurred], [capability]: [finding(type, label), blurred] })).toBe('other');
    },
  );

  it.each([
    ['BLURRED BAD_QUALITY BAD_QUALITY_IMAGE GLARE LIVENESS_UNDETERMINED', 'face_unreadable'],
    ['NOT_UPLOADED', 'not_finished'],
    ['PHOTOCOPY NOT_A_DOCUMENT BLACK_WHITE MISSING_SIGNATURE A_LABEL_OF_TOMORROW', 'other'],
  ])('the usability of a face: %s is %s', (words, expected) => {
    for (const label of words.split(' '))
      for (const categories of [['SELFIE'], ['FACEMAP'], ['SELFIE', 'FACEMAP']]) {
        const credentials = categories.map((category) => ({ id: 'x', category }));
        expect(reason({ usability: [{ ...finding('REJECTED', label), credentials }] }), label).toBe(expected);
      }
  });

  it.each([
    ['an ID', [{ category: 'ID' }]],
    ['an ID beside a selfie', [{ category: 'SELFIE' }, { category: 'ID' }]],
    ['no credential', []],
    ['a credential of no category', [{ id: 'x' }]],
    ['credentials that are no list', 'SELFIE'],
  ])('the usability of %s is that of a document', (_, credentials) => {
    expect(reason({ usability: [{ ...finding('REJECTED', 'BLURRED'), credentials }] })).toBe('unreadable');
  });

  it('a bad picture beside a mismatch or manipulation is other', () => {
    const liveness = [finding('REJECTED', 'NO_FACE_PRESENT')];
    expect(reason({ liveness, similarity: [finding('REJECTED', 'NO_MATCH')] })).toBe('other');
    expect(reason({ liveness, imageChecks: [finding('REJECTED', 'FAKE')] })).toBe('other');
    expect(reason({ liveness, watchlistScreening: [finding('WARNING', 'ALERT')] })).toBe('other');
    expect(reason({ liveness, similarity: [finding('WARNING', 'NOT_POSSIBLE')] })).toBe('face_unreadable');
  });

  it('capabilities that did not run because of the rejection do not change its reason', () => {
    const skipped = [finding('NOT_EXECUTED', 'PRECONDITION_NOT_FULFILLED')];
    const failed = [finding('NOT_EXECUTED', 'TECHNICAL_ERROR')];
    const passed = [finding('PASSED', 'OK')];
    const usability = [finding('PASSED', 'OK'), finding('REJECTED', 'GLARE')];
    const rest = {
      imageChecks: skipped,
      extraction: skipped,
      dataChecks: failed,
      liveness: passed,
      similarity: skipped,
    };
    expect(reason({ usability, ...rest })).toBe('unreadable');
  });

  it('among several reasons the one that a new photo of the same document would not solve comes first', () => {
    const words = ['NOT_UPLOADED', 'LIVENESS_UNDETERMINED', 'BLURRED', 'PHOTOCOPY', 'UNSUPPORTED_COUNTRY'];
    const found = words.map((label) => finding('REJECTED', label));
    const dataChecks = [finding('WARNING', 'DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT')];
    expect(reason({ usability: found, dataChecks })).toBe('unsupported_document');
    expect(reason({ usability: found.slice(0, 4), dataChecks })).toBe('expired_document');
    expect(reason({ usability: found.slice(0, 4) })).toBe('document_unusable');
    expect(reason({ usability: found.slice(0, 3) })).toBe('unreadable');
    expect(reason({ usability: found.slice(0, 2) })).toBe('face_unreadable');
    expect(reason({ usability: found.slice(0, 1) })).toBe('not_finished');
  });

  const blurred = finding('REJECTED', 'BLURRED');
  it.each([
    ['no capabilities', undefined],
    ['empty capabilities', {}],
    ['only passed capabilities', { usability: [finding('PASSED', 'OK')] }],
    ['only skipped capabilities', { usability: [finding('NOT_EXECUTED', 'TECHNICAL_ERROR')] }],
    ['a rejection without a label', { usability: [blurred, finding('REJECTED')] }],
    ['an undocumented decision type', { usability: [blurred, finding('FAILED', 'X')] }],
    ['a capability that is no list', { usability: [blurred], liveness: blurred }],
    ['a finding without a decision', { usability: [blurred], liveness: [{ id: 'x' }] }],
    ['capabilities that are no object', [blurred]],
  ])('the reason of a rejection with %s is other', (_, capabilities) => {
    expect(reason(capabilities)).toBe('other');
  });
});
