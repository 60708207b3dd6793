import { expect, it } from 'vitest';
import { createRequest } from '../../../webhook/jumio/create.ts';
import { ACCOUNT, optionsFor, START } from '../../support/fakes/jumio-server.ts';

it('a comparison of a face is a PUT on the account, with a workflow, a link life and a way back of its own', () => {
  const comparison = { workflowKey: '10014', linkLifetime: '5m', returnUrl: 'https://verify.example.com/approve/x' };
  const options = {
    ...optionsFor('https://jumio.example'),
    successUrl: 'https://a.example',
    callbackUrl: 'https://c.example',
  };
  const { method, url, body = '' } = createRequest({ ...START, accountId: ACCOUNT, comparison }, options);
  expect([method, new URL(url).pathname.endsWith(`/accounts/${ACCOUNT}`)]).toEqual(['PUT', true]);
  expect(JSON.parse(body)).toEqual({
    customerInternalReference: START.identityId,
    userReference: START.reference,
    workflowDefinition: { key: '10014' },
    tokenLifetime: '5m',
    callbackUrl: 'https://c.example',
    web: { successUrl: comparison.returnUrl, errorUrl: comparison.returnUrl },
  });
});
