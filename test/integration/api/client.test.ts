import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type BridgeClient, createBridgeClient } from '../../../client/index.ts';
import { decide } from '../../support/builders/people.ts';
import { listen } from '../../support/clients/raw-http.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

/** Gives clients over a real socket, as an application has them. */
async function clientsOf(service: TestService): Promise<(headers?: Record<string, string>) => BridgeClient> {
  const baseUrl = `http://127.0.0.1:${await listen(service)}`;
  return (headers = {}) => createBridgeClient({ baseUrl, headers });
}

async function signedIn() {
  const [service, id] = [await testService(), randomUUID()];
  await signUp(service, id);
  return { service, id, as: await clientsOf(service) };
}

describe('the typed client', () => {
  it('reads the status of a person by their cookie, in JSON', async () => {
    const { service, id, as } = await signedIn();
    const { data, error } = await as({ cookie: service.kratos.signIn(id) }).GET('/jumio/status');
    expect([data?.next, error]).toEqual(['verify', undefined]);
  });

  it('a problem is an `error` with its code: consent first, then the link', async () => {
    const { service, id, as } = await signedIn();
    const client = as({ 'x-session-token': service.kratos.signInApp(id) });
    const asked = await client.POST('/jumio/verify', { body: {} });
    expect(asked.error).toMatchObject({ code: 'consent-needed' });
    const text_version = asked.error?.consent?.text_version ?? '';
    const { data } = await client.POST('/jumio/verify', { body: { consent: { text_version }, language: 'en' } });
    expect(data).toMatchObject({ url: expect.stringMatching(/^https/) });
  });

  it('without a session the answer is a problem, and no page', async () => {
    const service = await testService();
    const { error, response } = await (await clientsOf(service))().GET('/jumio/verify');
    expect([response.status, error?.code]).toEqual([401, 'no-session']);
  });

  it('asks for a decision: a refusal has the members of one', async () => {
    const { service, id, as } = await signedIn();
    const client = as({ authorization: `Bearer ${CANARIES.decisionSecret}` });
    const ask = () => client.POST('/jumio/decision', { body: { kratos_identity_id: id } });
    expect((await ask()).error).toMatchObject({ allow: false, verified: false });
    await decide(service, id, 'PASSED');
    expect((await ask()).data).toMatchObject({ allow: true, verified: true, status: 'approved' });
  });
});
