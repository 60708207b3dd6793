import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { type Answered, request, useSandbox } from '../driver.ts';

const jumio = useSandbox();

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

const answerSchema = z.object({
  timestamp: z.string(),
  web: z.record(z.string(), z.string()).optional(),
  sdk: z.object({ token: z.string() }).optional(),
  workflowExecution: z.object({
    credentials: z.array(
      z.object({
        category: z.string(),
        allowedChannels: z.array(z.string()),
        api: z.object({ token: z.string(), parts: z.record(z.string(), z.string()) }).optional(),
      }),
    ),
  }),
});

function post(more: object = {}): Promise<Answered> {
  return jumio.api('POST', '/api/v1/accounts', request(more));
}

describe('Jumio sandbox: ids and times of an account', () => {
  test('ids are UUIDs, times have milliseconds and Z, and definitionKey is a string, in account and details', async () => {
    const { accountId, executionId, answer } = await jumio.create();
    expect(accountId).toMatch(UUID);
    expect(executionId).toMatch(UUID);
    expect(answerSchema.parse(answer).timestamp).toMatch(ISO);
    const details = z
      .object({ createdAt: z.string(), workflow: z.object({ definitionKey: z.string() }) })
      .parse(await jumio.details(executionId));
    expect(details.createdAt).toMatch(ISO);
    expect(details.workflow.definitionKey).toBe('10011');
  });
});

describe('Jumio sandbox: POST and PUT of accounts', () => {
  test('a repeated POST creates another account', async () => {
    const [first, second] = [await jumio.create(), await jumio.create()];
    expect(second.accountId).not.toBe(first.accountId);
    expect(second.executionId).not.toBe(first.executionId);
  });

  test('a PUT creates a further execution of the same account', async () => {
    const first = await jumio.create();
    const second = await jumio.update(first.accountId);
    const third = await jumio.update(first.accountId);
    expect([second.accountId, third.accountId]).toEqual([first.accountId, first.accountId]);
    expect(new Set([first.executionId, second.executionId, third.executionId]).size).toBe(3);
  });

  test('a PUT on an unknown account is 404, another method 405 with Allow', async () => {
    expect((await jumio.api('PUT', '/api/v1/accounts/nobody', request())).status).toBe(404);
    const wrong = await jumio.api('GET', '/api/v1/accounts');
    expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'POST']);
    const put = await jumio.api('POST', '/api/v1/accounts/nobody', request());
    expect([put.status, put.headers.get('allow')]).toEqual([405, 'PUT, DELETE']);
  });
});

describe('Jumio sandbox: the workflow key', () => {
  test('a workflow key is accepted as number or string, and only if the tenant has it', async () => {
    expect((await post({ workflowDefinition: { key: 10011 } })).status).toBe(200);
    expect((await post({ workflowDefinition: { key: '10011' } })).status).toBe(200);
    expect((await post({ workflowDefinition: { key: 10547 } })).status).toBe(400);
    await jumio.control('settings', { customWorkflowKeys: ['10547'] });
    expect((await post({ workflowDefinition: { key: 10547 } })).status).toBe(200);
  });
});

describe('Jumio sandbox: credentials of a workflow', () => {
  test.each([
    [10011, 'ID SELFIE FACEMAP'],
    [10163, 'ID SELFIE FACEMAP DATA'],
    [10164, 'ID SELFIE FACEMAP DATA'],
    [10172, 'ID'],
  ])('workflow %i has the credentials %s', async (key, categories) => {
    const { workflowExecution } = answerSchema.parse((await post({ workflowDefinition: { key } })).json);
    expect(workflowExecution.credentials.map(({ category }) => category).join(' ')).toBe(categories);
  });

  test('workflow 10010 has DATA only, without web or sdk, and requires a userReference', async () => {
    const workflowDefinition = { key: 10010 };
    expect((await post({ workflowDefinition })).status).toBe(400);
    const answer = answerSchema.parse((await post({ workflowDefinition, userReference: 'u-1' })).json);
    expect(answer.workflowExecution.credentials.map(({ category }) => category)).toEqual(['DATA']);
    expect([answer.web, answer.sdk]).toEqual([undefined, undefined]);
  });

  test('a FACEMAP credential has no api block, every other has the transaction token', async () => {
    const { workflowExecution } = answerSchema.parse((await post()).json);
    const [id, selfie, facemap] = workflowExecution.credentials;
    expect(facemap?.api).toBeUndefined();
    expect(facemap?.allowedChannels).toEqual(['WEB', 'SDK']);
    expect(Object.keys(id?.api?.parts ?? {})).toEqual(['front', 'back']);
    expect(selfie?.api?.parts.face).toMatch(/\/parts\/FACE$/);
    expect(selfie?.api?.token).toBe(id?.api?.token);
  });

  test('a transaction token is a JWT with a gzipped payload, unlike the bearer token of the tenant', async () => {
    const [header = '', payload = ''] = (answerSchema.parse((await post()).json).sdk?.token ?? '').split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg: 'HS512', zip: 'GZIP' });
    expect(JSON.parse(gunzipSync(Buffer.from(payload, 'base64url')).toString())).toHaveProperty('exp');
  });
});

describe('Jumio sandbox: web URLs of an account', () => {
  const web = { successUrl: 'http://localhost:1/done?x=1', errorUrl: 'http://localhost:1/failed' };

  test('web URLs of the request are echoed', async () => {
    const answer = answerSchema.parse((await post({ web: { ...web, locale: 'de' } })).json);
    expect(answer.web).toEqual({ href: expect.stringContaining('locale=de'), ...web });
  });

  test('web URLs of the portal are echoed, and none if neither has them', async () => {
    const plain = answerSchema.parse((await post()).json);
    expect(Object.keys(plain.web ?? {})).toEqual(['href']);
    await jumio.control('settings', web);
    expect(answerSchema.parse((await post()).json).web).toMatchObject(web);
  });

  test('without a domain prefix the execution is created without web.href', async () => {
    await jumio.control('settings', { domainPrefix: false });
    const { status, json } = await post({ web });
    expect(status).toBe(200);
    expect(answerSchema.parse(json).web).toEqual(web);
    expect(json).toHaveProperty('workflowExecution.id');
  });
});

describe('Jumio sandbox: workflow 10014', () => {
  const workflowDefinition = { key: 10014 };

  test('workflow 10014 without an earlier passed execution on the account is 400', async () => {
    expect((await post({ workflowDefinition })).status).toBe(400);
    const { accountId, executionId } = await jumio.create();
    await jumio.pick(executionId, 'reject');
    const path = `/api/v1/accounts/${accountId}`;
    expect((await jumio.api('PUT', path, request({ workflowDefinition }))).status).toBe(400);
    const second = await jumio.update(accountId);
    await jumio.pick(second.executionId, 'pass');
    expect((await jumio.api('PUT', path, request({ workflowDefinition }))).status).toBe(200);
  });

  test('workflow 10014 without a face is, by setting, not executed', async () => {
    await jumio.control('settings', { authenticationWithoutFace: 'not-executed' });
    const { accountId } = await jumio.create();
    const { executionId } = await jumio.update(accountId, { workflowDefinition });
    await jumio.pick(executionId, 'pass');
    expect(await jumio.details(executionId)).toMatchObject({
      decision: { type: 'NOT_EXECUTED', risk: { score: -1 } },
      capabilities: { authentication: [{ decision: { details: { label: 'PRECONDITION_NOT_FULFILLED' } } }] },
    });
  });
});
