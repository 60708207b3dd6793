import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { hmac, initiate } from '../../support/clients/calls.ts';
import { problem } from '../../support/clients/problems.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import { rowCounts } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';

const NIL = '00000000-0000-0000-0000-000000000000';

const SECRET = CANARIES.webhookSecret;

const NOTHING = { verifications: undefined, events: 0, unmatched: 0 };

describe('authentication of initiate', () => {
  it.each([
    ['no secret', {}],
    ['an empty secret', { 'x-webhook-secret': '' }],
    ['a wrong secret', { 'x-webhook-secret': 'quite another secret' }],
    ['the secret as a prefix of what is sent', { 'x-webhook-secret': `${SECRET}x` }],
    ['a prefix of the secret', { 'x-webhook-secret': SECRET.slice(0, -1) }],
    ['the other secret of ours', { 'x-webhook-secret': CANARIES.callbackSecret }],
    ['a digest of the secret', { 'x-webhook-secret': hmac(SECRET, SECRET) }],
    ['a wrong bearer', { authorization: 'Bearer quite another secret' }],
    ['an empty bearer', { authorization: 'Bearer ' }],
    ['the secret without a scheme', { authorization: SECRET }],
    ['the secret in another scheme', { authorization: `Basic ${SECRET}` }],
    ['both headers and different, the bearer wrong', { 'x-webhook-secret': SECRET, authorization: 'Bearer another' }],
    ['both headers and different, the secret wrong', { 'x-webhook-secret': 'no', authorization: `Bearer ${SECRET}` }],
    ['the right secret and a Basic header', { 'x-webhook-secret': SECRET, authorization: 'Basic eDp5' }],
  ])('an initiate request with %s is 401, and nothing is written', async (_name, headers) => {
    const service = await testService();
    const id = randomUUID();
    const answer = await initiate(service, { kratos_identity_id: id }, headers);
    expect(answer.statusCode).toBe(401);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toEqual(problem('wrong-secret', { detail: expect.stringContaining('ORY_WEBHOOK_SECRET') }));
    expect(await rowCounts(service, id)).toEqual(NOTHING);
    expect(service.jumio.calls.create).toEqual([]);
  });

  it.each([
    ['X-Webhook-Secret', { 'x-webhook-secret': SECRET }],
    ['a bearer', { authorization: `Bearer ${SECRET}` }],
    ['a bearer in lower case', { authorization: `bearer ${SECRET}` }],
    ['both, both right', { 'x-webhook-secret': SECRET, authorization: `Bearer ${SECRET}` }],
  ])('an initiate request with the secret as %s is accepted', async (_name, headers) => {
    const service = await testService();
    const id = randomUUID();
    expect((await initiate(service, { kratos_identity_id: id }, headers)).statusCode).toBe(204);
    expect((await rowCounts(service, id)).verifications).toBe(1);
  });

  it('during a rotation, initiate accepts the new and the old secret, and no mixture', async () => {
    const env = { ORY_WEBHOOK_SECRET: 'the-new-secret-of-today,the-old-secret-of-before' };
    const service = await testService({ env });
    const send = (secret: string) =>
      initiate(service, { kratos_identity_id: randomUUID() }, { 'x-webhook-secret': secret });
    expect((await send('the-new-secret-of-today')).statusCode).toBe(204);
    expect((await send('the-old-secret-of-before')).statusCode).toBe(204);
    expect((await send('the-new-secret-of-today,the-old-secret-of-before')).statusCode).toBe(401);
  });

  it('an initiate request without a secret is 401 before its body is parsed', async () => {
    const service = await testService();
    expect((await initiate(service, 'no JSON at all', {})).statusCode).toBe(401);
  });
});

describe('invalid initiate requests', () => {
  it.each([
    ['an empty body', undefined, '#'],
    ['an empty text', '', '#'],
    ['no JSON', `{"kratos_identity_id": ${CANARIES.body}`, '#'],
    ['a text', JSON.stringify(CANARIES.body), '#'],
    ['null', 'null', '#'],
    ['an array', [{ kratos_identity_id: randomUUID() }], '#'],
    ['__proto__', `{"__proto__": {"kratos_identity_id": "${randomUUID()}"}}`, '#'],
    ['a poisoned constructor', `{"constructor": {"prototype": {"kratos_identity_id": "${randomUUID()}"}}}`, '#'],
    ['no id', { schema_id: CANARIES.body }, '#/kratos_identity_id'],
    ['a null id', { kratos_identity_id: null }, '#/kratos_identity_id'],
    ['an id that is not a UUID', { kratos_identity_id: CANARIES.body }, '#/kratos_identity_id'],
    ['an id with something behind it', { kratos_identity_id: `${randomUUID()}x` }, '#/kratos_identity_id'],
    ['a list of ids', { kratos_identity_id: [randomUUID()] }, '#/kratos_identity_id'],
    ['the nil UUID', { kratos_identity_id: NIL }, '#/kratos_identity_id'],
  ])('an initiate request with %s is 400 and points to the field', async (_name, body, pointer) => {
    const service = await testService();
    const answer = await initiate(service, body);
    expect(answer.statusCode).toBe(400);
    expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ pointer }] });
    expect(answer.body).not.toContain(CANARIES.body);
    expect(service.jumio.calls.create).toEqual([]);
    expect(await service.ctx.ledger.record(NIL)).toBeUndefined();
  });

  it('an initiate request with the nil UUID names the hook mistake and its fix, in the response and in the log', async () => {
    const service = await testService();
    const answer = await initiate(service, { kratos_identity_id: NIL });
    expect(answer.json().detail).toMatch(/response\.parse.*can_interrupt.*Remove both/s);
    expect(service.logs.lines()).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringMatching(/response\.parse.*can_interrupt/s) }),
    );
  });

  it('a refused initiate request logs the reason, because Kratos discards the response', async () => {
    const service = await testService();
    await initiate(service, { kratos_identity_id: 'x' });
    expect(service.logs.lines()).toContainEqual(
      expect.objectContaining({ level: 40, msg: expect.stringContaining('kratos_identity_id') }),
    );
  });

  it('an initiate request above the limit is 413, of another content type 415', async () => {
    const service = await testService();
    const id = randomUUID();
    const huge = { kratos_identity_id: id, padding: 'x'.repeat(1_100_000) };
    expect((await initiate(service, huge)).statusCode).toBe(413);
    const headers = { 'x-webhook-secret': SECRET, 'content-type': 'application/xml' };
    expect((await initiate(service, '<x/>', headers)).statusCode).toBe(415);
    expect(await rowCounts(service, id)).toEqual(NOTHING);
  });
});
