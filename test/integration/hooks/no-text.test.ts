import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { AUTHENTIC, callback, initiate, post, signed, validate } from '../../support/clients/calls.ts';
import { recordOf } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';

/** It has a length, as a text has, and the length cannot be compared with a number. */
const NO_TEXT = { length: { toString: 1 } };

describe('objects in the place of texts', () => {
  it('a sign-up is recorded, and an object in the place of a text counts as absent', async () => {
    const service = await testService();
    const id = randomUUID();
    const body = { kratos_identity_id: id, schema_id: NO_TEXT, flow: { method: NO_TEXT } };
    expect((await initiate(service, body)).statusCode).toBe(204);
    expect((await recordOf(service, id)).identity.schemaId).toBeNull();
  });

  it('a sign-in and a sign-up by an eID are decided as without it', async () => {
    const service = await testService();
    const flow = { kind: 'login', id: NO_TEXT, method: NO_TEXT };
    const body = { kratos_identity_id: randomUUID(), schema_id: NO_TEXT, flow };
    expect((await validate(service, body)).statusCode).toBe(204);
    expect((await post(service, '/eid/assurance', { schema_id: NO_TEXT }, AUTHENTIC)).statusCode).toBe(204);
  });

  it('an authentic callback with it is 400', async () => {
    const service = await testService();
    for (const execution of [
      { id: NO_TEXT, status: 'PROCESSED' },
      { id: 'a', status: NO_TEXT },
    ]) {
      const text = JSON.stringify({ workflowExecution: execution });
      expect((await callback(service, text, signed(text))).statusCode).toBe(400);
    }
  });

  it('a program that continues with it is told the field', async () => {
    const service = await testService();
    const headers = { accept: 'application/json', 'x-session-token': service.kratos.signInApp(randomUUID()) };
    for (const [pointer, body] of Object.entries({
      '#/consent/text_version': { consent: { text_version: NO_TEXT } },
      '#/language': { language: NO_TEXT },
    })) {
      const answer = await post(service, '/jumio/verify', body, headers);
      expect([answer.statusCode, answer.json().errors]).toMatchObject([400, [{ pointer }]]);
    }
  });

  it('a stranger who sends it in place of a one-time link is told that there is none', async () => {
    const service = await testService();
    expect((await post(service, '/jumio/enter', { code: NO_TEXT })).statusCode).toBe(410);
    expect(service.logs.text()).not.toContain('"level":50');
  });
});
