import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { request, useSandbox } from './driver.ts';

const jumio = useSandbox();

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('Jumio sandbox: the call log', () => {
  test('the call log has every API call with its kind, ids, references and status', async () => {
    const { accountId, executionId } = await jumio.create({ userReference: 'u-1' });
    await jumio.update(accountId, { customerInternalReference: 'person-2' });
    await jumio.api('GET', `/api/v1/accounts/${accountId}/workflow-executions/${executionId}/status`);
    await jumio.details(executionId);
    const calls = (await jumio.calls()).filter(({ kind }) => kind !== 'token');
    const userAgent = 'Acme Verification/v1.0';
    const mine = { accountId, executionId, customerInternalReference: 'person-1', userReference: 'u-1', userAgent };
    expect(calls).toMatchObject([
      { kind: 'create', method: 'POST', path: '/api/v1/accounts', status: 200, ...mine },
      { kind: 'update', method: 'PUT', status: 200, accountId, customerInternalReference: 'person-2' },
      { kind: 'status', method: 'GET', status: 200, ...mine },
      { kind: 'details', path: `/api/v1/workflow-executions/${executionId}`, status: 200, ...mine },
    ]);
    expect(
      Object.keys(calls[0] ?? {})
        .sort()
        .join(' '),
    ).toBe('accountId customerInternalReference executionId kind method n path status time userAgent userReference');
  });

  test('the call log has refused calls, calls of unknown paths and visits of the hosted page', async () => {
    const { link, executionId } = await jumio.create();
    await jumio.send('POST', '/api/v1/accounts', request());
    await jumio.api('GET', '/api/v2/nothing');
    await jumio.send('GET', link);
    const calls = (await jumio.calls()).filter(({ kind }) => kind !== 'token');
    expect(calls.map(({ kind, status }) => [kind, status])).toEqual([
      ['create', 200],
      ['create', 401],
      ['other', 404],
      ['web', 200],
    ]);
    expect(calls[3]).toMatchObject({ path: '/web/client', executionId });
  });

  test('the call log never contains a secret', async () => {
    const { link } = await jumio.create();
    await jumio.send('GET', link);
    const text = JSON.stringify(await jumio.calls());
    for (const secret of [await jumio.token(), new URL(link).search, 'sandbox-secret'])
      expect(text).not.toContain(secret);
  });

  test('the call log can be filtered and emptied', async () => {
    await jumio.create();
    await jumio.create({ customerInternalReference: 'person-2' });
    expect(await jumio.calls('?kind=create')).toHaveLength(2);
    expect(await jumio.calls('?customerInternalReference=person-2')).toHaveLength(1);
    await jumio.send('DELETE', '/sandbox/calls');
    expect(await jumio.calls()).toEqual([]);
  });
});

describe('Jumio sandbox: executions in the control API', () => {
  test('executions are found by reference, with link, outcome and redirect', async () => {
    const successUrl = 'http://localhost:1/done';
    await jumio.create();
    const second = await jumio.create({ customerInternalReference: 'person-2', web: { successUrl } });
    await jumio.pick(second.executionId, 'reject', { label: 'BLURRED' });
    const path = '/sandbox/executions?customerInternalReference=person-2';
    expect((await jumio.send('GET', path)).json).toMatchObject({
      executions: [
        {
          id: second.executionId,
          accountId: second.accountId,
          status: 'PROCESSED',
          outcome: 'reject',
          link: second.link,
          linkEndsAt: expect.any(String),
          createdAt: expect.any(String),
          redirect: expect.stringMatching(`^${successUrl}\\?accountId=`),
        },
      ],
    });
  });

  test('an outcome for an ended execution and an overturn of an open one are 409', async () => {
    const { executionId } = await jumio.create();
    const post = async (what: string, outcome: string) =>
      (await jumio.send('POST', `/sandbox/executions/${executionId}/${what}`, { outcome })).status;
    expect(await post('overturn', 'pass')).toBe(409);
    expect(await post('outcome', 'pass')).toBe(200);
    expect(await post('outcome', 'reject')).toBe(409);
    expect(await post('overturn', 'abandon')).toBe(409);
    expect((await jumio.send('POST', '/sandbox/executions/nothing/start')).status).toBe(404);
  });
});

describe('Jumio sandbox: refused control requests', () => {
  test.each([
    ['settings', { procesingSeconds: 1 }, 'procesingSeconds'],
    ['settings', { processingSeconds: 'soon' }, 'processingSeconds'],
    ['faults', { kind: 'create', fault: 'explode' }, 'fault'],
    ['faults', { kind: 'callback', fault: 'lose', copis: 1 }, 'copis'],
    ['time', {}, 'advanceSeconds'],
    ['callbacks', { executionId: 'x', times: 0 }, 'times'],
  ])('the control API refuses %s with %j and names the field', async (path, body, named) => {
    const { status, text } = await jumio.send('POST', `/sandbox/${path}`, body);
    expect([status, text]).toEqual([400, expect.stringContaining(named)]);
  });

  test('settings are returned without secrets', async () => {
    const { text, json } = await jumio.send('GET', '/sandbox/settings');
    expect(json).toMatchObject({ clients: [{ clientId: 'sandbox', permissions: ['initiate', 'retrieve'] }] });
    expect(text).not.toContain('sandbox-secret');
  });
});

test('the README of the Jumio sandbox names every setting, and no other', async () => {
  const readme = readFileSync(new URL('../../../sandbox/jumio/README.md', import.meta.url), 'utf8');
  const table = readme.split('### Settings')[1]?.split('## Assumptions')[0] ?? '';
  const named = table.split('\n').flatMap((line) => /^\| (`[^|]*)\|/.exec(line)?.[1]?.match(/\w+/g) ?? []);
  const settings = z.record(z.string(), z.unknown()).parse((await jumio.send('GET', '/sandbox/settings')).json);
  expect(named.sort()).toEqual(Object.keys(settings).sort());
});

describe('Jumio sandbox: reset', () => {
  test('a reset clears executions, logs, faults, settings and time', async () => {
    const { accountId } = await jumio.create();
    await jumio.control('settings', { processingSeconds: 5 });
    await jumio.control('faults', { kind: 'create', fault: 500 });
    await jumio.advance(60);
    await jumio.control('reset');
    expect(await jumio.calls()).toEqual([]);
    expect((await jumio.send('GET', '/sandbox/executions')).json).toEqual({ executions: [] });
    expect((await jumio.send('GET', '/sandbox/faults')).json).toEqual({ faults: [] });
    expect((await jumio.send('GET', '/sandbox/time')).json).toMatchObject({ aheadSeconds: 0 });
    expect((await jumio.send('GET', '/sandbox/settings')).json).toMatchObject({ processingSeconds: 0 });
    expect((await jumio.api('PUT', `/api/v1/accounts/${accountId}`, request())).status).toBe(404);
  });

  test('a reset cancels waiting callbacks', async () => {
    await jumio.control('faults', { kind: 'callback', fault: 'delay', milliseconds: 1_000 });
    await jumio.pick((await jumio.create()).executionId, 'pass');
    await jumio.control('reset');
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    expect(jumio.received()).toEqual([]);
  });
});

describe('Jumio sandbox: the control page', () => {
  test('the control page lists executions, and escapes text from requests', async () => {
    const { executionId } = await jumio.create({ customerInternalReference: "it's & that" });
    const { text, headers } = await jumio.send('GET', '/');
    expect(headers.get('content-type')).toContain('text/html');
    expect(text).toContain(executionId);
    expect(text).toContain('it&#39;s &amp; that');
  });

  test('the forms of the control page decide, overturn and advance the time', async () => {
    const { executionId } = await jumio.create();
    const press = async (path: string, form: Record<string, string>) =>
      (await jumio.send('POST', `/control/${path}`, new URLSearchParams(form).toString(), FORM)).status;
    const reason = 'usability/GLARE';
    expect(await press('time', { seconds: '60' })).toBe(303);
    expect((await jumio.send('GET', '/sandbox/time')).json).toMatchObject({ aheadSeconds: 60 });
    expect(await press(`executions/${executionId}`, { action: 'decide', outcome: 'reject', reason })).toBe(303);
    expect(await jumio.details(executionId)).toMatchObject({
      decision: { type: 'REJECTED' },
      capabilities: { usability: [{ decision: { details: { label: 'GLARE' } } }, {}, {}] },
    });
    expect(await press(`executions/${executionId}`, { action: 'overturn', outcome: 'pass', reason })).toBe(303);
    expect(await jumio.details(executionId)).toMatchObject({ decision: { type: 'PASSED' } });
  });
});
