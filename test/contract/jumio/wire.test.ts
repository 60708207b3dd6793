import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toStarted } from '../../../webhook/jumio/create.ts';
import { toResult } from '../../../webhook/jumio/result.ts';
import { claimsWire, detailsWire, startedWire, statusWire, tokenWire } from '../../../webhook/jumio/wire.ts';

const fixtures = new URL('../../fixtures/jumio/', import.meta.url);

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8'));
}

const ACCOUNT = '0b6d0c1e-7b0c-4a57-9a6d-2f0a3a1c9e01';

const EXECUTION = '7c1b5b0e-55f2-4a0c-8f56-11b9f0d4c502';

const IDENTITY = '1f2e3d4c-5b6a-4798-8a9b-acbdcedf0a1b';

const COMPLETED = Date.UTC(2026, 0, 5, 9, 41, 11, 540);

const passed = { type: 'PASSED', label: 'PASSED', score: 0 };

const rejected = { type: 'REJECTED', label: 'REJECTED', score: 100 };

const details: Record<string, object> = {
  details: { status: 'PROCESSED', completedAt: COMPLETED, decision: passed },
  'details-authentication': { status: 'PROCESSED', definitionKey: '10014', decision: passed },
  'details-expired': {
    status: 'TOKEN_EXPIRED',
    decision: { type: 'NOT_EXECUTED', label: 'TOKEN_EXPIRED', score: -1 },
  },
  'details-expired-2023': { status: 'SESSION_EXPIRED', decision: { ...rejected, reason: 'other' } },
  'details-open': { status: 'INITIATED' },
  'details-rejected': {
    status: 'PROCESSED',
    decision: { ...rejected, reason: 'unreadable', findings: ['usability.BLURRED'] },
  },
  'details-unsupported': {
    status: 'PROCESSED',
    decision: { ...rejected, reason: 'unsupported_document', findings: ['usability.UNSUPPORTED_DOCUMENT_TYPE'] },
  },
  'details-warning': {
    status: 'PROCESSED',
    decision: { type: 'WARNING', label: 'WARNING', score: 50, findings: ['imageChecks.REPEATED_FACE'] },
  },
};

const BASE = 'https://account.emea-1.jumio.ai/api/v1';

describe('our schemas on the documented answers of Jumio', () => {
  it.each(Object.entries(details))('the fixture %s is read as a result', (name, expected) => {
    const result = toResult(detailsWire.parse(fixture(name)));
    expect(result).toMatchObject({
      accountId: ACCOUNT,
      executionId: EXECUTION,
      definitionKey: '10011',
      customerInternalReference: IDENTITY,
      ...expected,
    });
    expect(result.decision).toStrictEqual('decision' in expected ? expected.decision : undefined);
  });

  it('an object in the place of a status is not as documented, whatever its length is', () => {
    const status = { length: { toString: 1 } };
    expect(statusWire.safeParse({ workflowExecution: { status } }).success).toBe(false);
    const wire = detailsWire.parse(fixture('details'));
    expect(detailsWire.safeParse({ ...wire, workflow: { ...wire.workflow, status } }).success).toBe(false);
  });

  it('a decision whose label holds NUL is read without the label, so that PostgreSQL stores it', () => {
    const wire = detailsWire.parse(fixture('details'));
    const decision = { type: 'PASSED', details: { label: 'PASSED\u0000' } };
    expect(toResult(detailsWire.parse({ ...wire, completedAt: undefined, decision })).decision).toEqual({
      type: 'PASSED',
    });
  });

  it('a result contains nothing of the person and the document', () => {
    const wire = readFileSync(new URL('details.json', fixtures), 'utf8');
    const result = JSON.stringify(toResult(detailsWire.parse(JSON.parse(wire))));
    for (const personal of ['KIM', 'EXAMPLE', 'Y0000002', '1988', 'AUT', 'parts', 'https:']) {
      expect(wire).toContain(personal);
      expect(result).not.toContain(personal);
    }
  });

  it('the fixture account is read with its link and tokens', () => {
    const started = toStarted(startedWire.parse(fixture('account')), BASE);
    expect(started).toMatchObject({ accountId: ACCOUNT, executionId: EXECUTION });
    expect(started.link).toMatch(/^https:\/\/.*\.web\.emea-1\.jumio\.ai\//);
    expect(Object.keys(started)).toEqual(['accountId', 'executionId', 'link', 'sdkToken', 'transactionToken']);
  });

  it('the fixture account-screening is read without a link', () => {
    const started = toStarted(startedWire.parse(fixture('account-screening')), BASE);
    expect(Object.keys(started)).toEqual(['accountId', 'executionId', 'transactionToken', 'prefillUrl']);
  });

  it('the fixture status is read', () => {
    expect(statusWire.parse(fixture('status')).workflowExecution.status).toBe('PROCESSED');
  });

  it('the fixture token is read with its own expiry', () => {
    const { access_token, expires_in } = tokenWire.parse(fixture('token'));
    expect(expires_in).toBe(3600);
    const payload = Buffer.from(access_token.split('.')[1] ?? '', 'base64url').toString();
    expect(claimsWire.parse(JSON.parse(payload)).exp).toBe(1767608900);
  });

  it('every fixture of an answer that we read has a test', () => {
    const notRead = /^(callback|too-many-requests)/;
    const names = readdirSync(fixtures).map((file) => file.replace(/\.json$/, ''));
    const read = ['account', 'account-screening', 'status', 'token', ...Object.keys(details)];
    expect(new Set(names.filter((name) => !notRead.test(name)))).toEqual(new Set(read));
  });
});
