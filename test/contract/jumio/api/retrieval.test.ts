import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { useSandbox } from '../driver.ts';

const jumio = useSandbox();

const capabilitiesSchema = z.object({
  capabilities: z.record(
    z.string(),
    z.array(
      z.object({
        decision: z.object({ type: z.string(), details: z.object({ label: z.string() }) }),
        data: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  ),
});

async function ended(outcome: string, more: object = {}, start: object = {}): Promise<string> {
  const { executionId } = await jumio.create(start);
  await jumio.pick(executionId, outcome, more);
  return executionId;
}

describe('Jumio sandbox: paths of retrieval', () => {
  test('details by the long and the short path are equal', async () => {
    const { accountId, executionId } = await jumio.create();
    await jumio.pick(executionId, 'pass');
    const long = await jumio.api('GET', `/api/v1/accounts/${accountId}/workflow-executions/${executionId}`);
    expect(long.json).toEqual(await jumio.details(executionId));
    expect(
      (await jumio.api('GET', `/api/v1/accounts/${accountId}/workflow-executions/${executionId}/status`)).json,
    ).toMatchObject({ workflowExecution: { status: 'PROCESSED' } });
  });

  test('the steps name the capabilities by id, at the URL in the details', async () => {
    const executionId = await ended('pass');
    const { steps, capabilities } = z
      .object({
        steps: z.object({ href: z.string() }),
        capabilities: z.record(z.string(), z.array(z.object({ id: z.string() }))),
      })
      .parse(await jumio.details(executionId));
    const ids = Object.values(capabilities).flatMap((entries) => entries.map(({ id }) => id));
    expect((await jumio.api('GET', steps.href)).json).toMatchObject({
      steps: [{ name: 'ID_IV', capabilityIds: ids, decision: { type: 'PASSED' } }],
    });
  });

  test('a wrong pair of account and execution is 404 at every path', async () => {
    const [mine, other] = [await jumio.create(), await jumio.create()];
    for (const path of ['', '/status', '/steps']) {
      const of = (accountId: string, executionId: string) =>
        jumio.api('GET', `/api/v1/accounts/${accountId}/workflow-executions/${executionId}${path}`);
      expect((await of(mine.accountId, mine.executionId)).status).toBe(200);
      expect((await of(other.accountId, mine.executionId)).status).toBe(404);
      expect((await of(mine.accountId, 'nothing')).status).toBe(404);
    }
    expect((await jumio.api('GET', '/api/v1/workflow-executions/nothing')).status).toBe(404);
  });

  test('a started execution is, by setting, still returned as INITIATED', async () => {
    const { executionId } = await jumio.create();
    await jumio.control(`executions/${executionId}/start`);
    expect(await jumio.details(executionId)).toMatchObject({ workflow: { status: 'ACQUISITION_STARTED' } });
    await jumio.control('settings', { retrievalShowsAcquisitionStarted: false });
    expect(await jumio.details(executionId)).toMatchObject({ workflow: { status: 'INITIATED' } });
  });
});

describe('Jumio sandbox: references in retrieval', () => {
  test('details contain customerInternalReference always and userReference if set, the status contains neither', async () => {
    const { accountId, executionId } = await jumio.create({ userReference: 'u-1' });
    const details = await jumio.details(executionId);
    expect(details).toMatchObject({ workflow: { customerInternalReference: 'person-1', userReference: 'u-1' } });
    expect(Object.keys(z.object({ account: z.looseObject({}) }).parse(details).account)).toEqual(['id']);
    const plain = await jumio.create();
    expect(await jumio.details(plain.executionId)).not.toHaveProperty('workflow.userReference');
    const path = `/api/v1/accounts/${accountId}/workflow-executions/${executionId}/status`;
    expect((await jumio.api('GET', path)).text).not.toMatch(/person-1|u-1/);
  });
});

describe('Jumio sandbox: decisions of an expiry', () => {
  test('an expiry is NOT_EXECUTED with -1, or by setting REJECTED with 100 as in 2023', async () => {
    const [unused, left] = [await jumio.create(), await jumio.create()];
    await jumio.pick(left.executionId, 'abandon');
    await jumio.advance(3600);
    const documented = { type: 'NOT_EXECUTED', details: { label: 'TOKEN_EXPIRED' }, risk: { score: -1 } };
    expect(await jumio.details(unused.executionId)).toMatchObject({ decision: documented });
    expect(await jumio.details(left.executionId)).toMatchObject({
      workflow: { status: 'SESSION_EXPIRED' },
      decision: documented,
    });
    await jumio.control('settings', { expiredDecision: 'REJECTED' });
    expect(await jumio.details(left.executionId)).toMatchObject({
      workflow: { status: 'SESSION_EXPIRED' },
      decision: { type: 'REJECTED', risk: { score: 100 } },
    });
  });
});

describe('Jumio sandbox: missing and empty fields', () => {
  test('an execution that was never started has neither startedAt nor parts', async () => {
    const { executionId } = await jumio.create();
    await jumio.advance(3600);
    const details = await jumio.details(executionId);
    expect(details).not.toHaveProperty('startedAt');
    expect(details).toMatchObject({
      credentials: [{ category: 'ID' }, { category: 'SELFIE' }, { category: 'FACEMAP' }],
    });
    expect(JSON.stringify(details)).not.toContain('parts');
  });

  test.each([
    ['full', { firstName: expect.stringMatching(/^[A-Z]{3,}$/), issuingCountry: 'AUT' }],
    ['empty', {}],
    ['not-available', { firstName: 'N/A', lastName: 'N/A' }],
  ])('extracted data by setting: %s', async (extractedData, expected) => {
    await jumio.control('settings', { extractedData });
    const { capabilities } = capabilitiesSchema.parse(await jumio.details(await ended('pass')));
    const data = capabilities.extraction?.[0]?.data;
    if (extractedData === 'empty') expect(data).toEqual({});
    else expect(data).toMatchObject(expected);
  });
});

describe('Jumio sandbox: the status host', () => {
  test.each(['UP', 'DEGRADED', 'DOWN'])('the status host returns %s', async (health) => {
    await jumio.control('settings', { health });
    expect((await jumio.send('GET', '/status')).json).toMatchObject({ status: health });
  });
});

describe('Jumio sandbox: deletion', () => {
  test('a deletion removes the account and its executions, and is 404 a second time', async () => {
    const { accountId, executionId } = await jumio.create();
    const remove = () => jumio.api('DELETE', `/api/v1/accounts/${accountId}`);
    expect((await remove()).status).toBe(200);
    expect((await jumio.api('GET', `/api/v1/workflow-executions/${executionId}`)).status).toBe(404);
    expect((await remove()).status).toBe(404);
  });
});
