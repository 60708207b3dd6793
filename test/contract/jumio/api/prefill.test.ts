import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { useSandbox } from '../driver.ts';

const jumio = useSandbox();

const answerSchema = z.object({
  workflowExecution: z.object({
    credentials: z.array(
      z.object({
        category: z.string(),
        api: z.object({ token: z.string(), parts: z.record(z.string(), z.string()) }).optional(),
      }),
    ),
  }),
});

const viewSchema = z.looseObject({ prepared: z.array(z.string()) });

const DATA = { firstName: 'Ada', dateOfBirth: '1815-12-10', address: { country: 'GB' } };

/** An execution that accepts prepared data, with the URL and the token for it. */
async function takingData(key = 10164) {
  const { executionId, answer } = await jumio.create({ workflowDefinition: { key } });
  const { credentials } = answerSchema.parse(answer).workflowExecution;
  const api = credentials.find(({ category }) => category === 'DATA')?.api;
  const path = new URL(api?.parts.prepared_data ?? '').pathname;
  const send = (body: unknown, token = api?.token) =>
    jumio.send('POST', path, body, { authorization: `Bearer ${token}` });
  const prepared = async () =>
    viewSchema.parse((await jumio.send('GET', `/sandbox/executions/${executionId}`)).json).prepared;
  return { executionId, path, send, prepared };
}

describe('Jumio sandbox: prepared data', () => {
  test.each([10163, 10164])(
    'workflow %i accepts prepared data with the token of its execution, and keeps only their names',
    async (key) => {
      const { send, prepared } = await takingData(key);
      expect(await prepared()).toEqual([]);
      expect((await send(DATA)).status).toBe(200);
      expect(await prepared()).toEqual(['firstName', 'dateOfBirth', 'address.country']);
      expect(await jumio.calls('?kind=prepared')).toMatchObject([
        { status: 200, customerInternalReference: 'person-1' },
      ]);
      expect(JSON.stringify(await jumio.calls())).not.toContain('Ada');
    },
  );

  test('prepared data with the token of the tenant, of another execution, a forged one or none are 401', async () => {
    const { send, path, prepared } = await takingData();
    const other = answerSchema.parse((await jumio.create()).answer).workflowExecution.credentials[0]?.api?.token;
    for (const token of [await jumio.token(), other, 'a.b.c']) expect((await send(DATA, token)).status).toBe(401);
    expect((await jumio.send('POST', path, DATA)).status).toBe(401);
    expect(await prepared()).toEqual([]);
  });

  test.each([
    ['invalid JSON', 'first name'],
    ['an undocumented field', { nationality: 'GB' }],
    ['a phone number that is not E.164', { phoneNumber: '0207 183 8750' }],
    ['a country name instead of a code', { address: { country: 'Germany' } }],
  ])('prepared data with %s are 400', async (_what, body) => {
    const { send } = await takingData();
    expect((await send(body)).status).toBe(400);
  });

  test('prepared data for an ended execution are 400, for a workflow without them 404', async () => {
    const { send, executionId, path } = await takingData();
    await jumio.pick(executionId, 'pass');
    expect((await send(DATA)).status).toBe(400);
    const elsewhere = path.replace(/credentials\/[^/]+/, 'credentials/none');
    expect((await jumio.send('POST', elsewhere, DATA)).status).toBe(404);
  });
});
