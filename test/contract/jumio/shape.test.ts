import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { shapeOf } from '../../support/repository/shape.ts';
import { useSandbox } from './driver.ts';

const jumio = useSandbox();

const REFERENCE = '1.2b1e5d1f-3c9b-4a10-8e2a-4dacb8216e2a.w9Q0cE5vU2lnbmF0dXJlSnVzdEFuRXhhbXBsZVRleHR';

const PERSON = '3c2e3d4c-5b6a-4798-8a9b-acbdcedf0a1b';

const WEB = { successUrl: 'http://localhost/kyc/done', errorUrl: 'http://localhost/kyc/failed' };

const BOTH = { customerInternalReference: PERSON, userReference: REFERENCE };

function documented(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`../../fixtures/jumio/${name}.json`, import.meta.url), 'utf8'));
}

function expectShapeOf(name: string, actual: unknown): void {
  expect(shapeOf(actual)).toEqual(shapeOf(documented(name)));
}

const decidedSchema = z.object({
  decision: z.unknown().optional(),
  capabilities: z.record(z.string(), z.array(z.object({ decision: z.unknown() }))),
});

/** Shapes ignore values: the values of all decisions, overall and per capability, have to agree too. */
function expectDecisionsOf(name: string, actual: unknown): void {
  expect(decidedSchema.parse(actual)).toEqual(decidedSchema.parse(documented(name)));
}

async function lastCallback(): Promise<unknown> {
  const [callback] = await jumio.settled();
  return callback?.body;
}

describe('Jumio sandbox: keys of documented answers', () => {
  test('a token answer has exactly the documented keys', async () => {
    expectShapeOf('token', (await jumio.fetchToken()).json);
  });

  test('an account answer has exactly the documented keys', async () => {
    expectShapeOf('account', (await jumio.create({ ...BOTH, web: WEB })).answer);
  });

  test('an account answer of an API-only workflow has the documented keys, without web and sdk', async () => {
    const { answer } = await jumio.create({ ...BOTH, workflowDefinition: { key: 10010 } });
    expectShapeOf('account-screening', answer);
  });

  test('a callback has exactly the documented keys', async () => {
    await jumio.pick((await jumio.create(BOTH)).executionId, 'pass');
    expectShapeOf('callback', await lastCallback());
  });

  test('a callback without a user reference has exactly the documented keys', async () => {
    await jumio.pick((await jumio.create()).executionId, 'pass');
    expectShapeOf('callback-without-reference', await lastCallback());
  });

  test('a status answer has exactly the documented keys', async () => {
    const { accountId, executionId } = await jumio.create(BOTH);
    const path = `/api/v1/accounts/${accountId}/workflow-executions/${executionId}/status`;
    expectShapeOf('status', (await jumio.api('GET', path)).json);
  });

  test('a 429 has the documented body', async () => {
    await jumio.control('faults', { kind: 'token', fault: 429 });
    expect((await jumio.fetchToken()).json).toEqual(documented('too-many-requests'));
  });

  test.each([
    ['details', 'pass', {}],
    ['details-warning', 'warn', { label: 'REPEATED_FACE' }],
    ['details-rejected', 'reject', { label: 'BLURRED' }],
    ['details-unsupported', 'reject', { label: 'UNSUPPORTED_DOCUMENT_TYPE' }],
  ])('the answer %s has exactly the documented keys and decisions', async (name, outcome, more) => {
    const { executionId } = await jumio.create(BOTH);
    await jumio.pick(executionId, outcome, more);
    const details = await jumio.details(executionId);
    expectShapeOf(name, details);
    expectDecisionsOf(name, details);
  });

  test('details of a new execution have exactly the documented keys', async () => {
    expectShapeOf('details-open', await jumio.details((await jumio.create(BOTH)).executionId));
  });

  test('details of an execution that was never started have the documented keys and decisions', async () => {
    const { executionId } = await jumio.create(BOTH);
    await jumio.advance(30 * 60);
    const details = await jumio.details(executionId);
    expectShapeOf('details-expired', details);
    expectDecisionsOf('details-expired', details);
  });

  test('details of an abandoned execution have, by setting, the form recorded in 2023', async () => {
    await jumio.control('settings', { expiredDecision: 'REJECTED' });
    const { executionId } = await jumio.create(BOTH);
    await jumio.pick(executionId, 'abandon');
    await jumio.advance(15 * 60);
    const details = await jumio.details(executionId);
    expectShapeOf('details-expired-2023', details);
    expectDecisionsOf('details-expired-2023', details);
  });

  test('details of an authentication have the documented keys and decisions', async () => {
    const first = await jumio.create();
    await jumio.pick(first.executionId, 'pass');
    const further = { customerInternalReference: PERSON, workflowDefinition: { key: 10014 } };
    const { executionId } = await jumio.update(first.accountId, further);
    await jumio.pick(executionId, 'pass');
    const details = await jumio.details(executionId);
    expectShapeOf('details-authentication', details);
    expectDecisionsOf('details-authentication', details);
  });
});

describe('the comparison of shapes', () => {
  test.each([
    ['a further key', { a: 1, b: 2 }],
    ['a missing key', {}],
    ['another kind of value', { a: 'x' }],
    ['a nested key', { a: { b: 1 } }],
  ])('the comparison of shapes finds %s', (_what, other) => {
    expect(shapeOf(other)).not.toEqual(shapeOf({ a: 1 }));
  });

  test('the comparison of shapes finds the long form of a URL', () => {
    const id = '7c1b5b0e-55f2-4a0c-8f56-11b9f0d4c502';
    expect(shapeOf(`https://a.example/v1/x/${id}/y/${id}`)).not.toBe(shapeOf(`https://b.example/v1/y/${id}`));
    expect(shapeOf(`https://a.example/v1/y/${id}`)).toBe(shapeOf(`https://b.example/v1/y/${id}`));
  });
});
