import { createHmac } from 'node:crypto';
import Fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createSecretCheck, isSignatureOf, requireKratos } from '../../../webhook/http/authenticity.ts';

const OLD = 'the-old-webhook-secret';

const NEW = 'the-new-webhook-secret';

describe('the check of a secret', () => {
  const isSecret = createSecretCheck([NEW, OLD]);

  it('each secret of a list is valid during rotation', () => {
    expect([isSecret(NEW), isSecret(OLD)]).toEqual([true, true]);
  });

  it.each(['', NEW.slice(0, -1), `${NEW}x`, NEW.toUpperCase(), `${NEW},${OLD}`, ` ${NEW}`, 'é'.repeat(22)])(
    'the secret %j is refused',
    (presented) => {
      expect(isSecret(presented)).toBe(false);
    },
  );

  it('without configured secrets the empty secret is refused', () => {
    expect(createSecretCheck([])('')).toBe(false);
  });
});

describe('authentication of requests from Kratos', () => {
  const app: FastifyInstance = Fastify();
  let handled = 0;

  beforeAll(() => {
    app.addHook(
      'onRequest',
      requireKratos(createSecretCheck([NEW, OLD]), (reply) => reply.code(401).send()),
    );
    app.post('/', async (_request, reply) => {
      handled += 1;
      return reply.code(204).send();
    });
  });
  afterAll(() => app.close());

  const status = async (headers: Record<string, string | string[]>): Promise<number> => {
    const answer = await app.inject({ method: 'POST', url: '/', headers, payload: '{' });
    return answer.statusCode;
  };

  it.each([
    { 'x-webhook-secret': NEW },
    { 'X-Webhook-Secret': OLD },
    { authorization: `Bearer ${NEW}` },
    { authorization: `bearer ${OLD}` },
    { 'x-webhook-secret': NEW, authorization: `Bearer ${OLD}` },
  ])('a request with %j is accepted', async (headers) => {
    expect(await status({ ...headers, 'content-type': 'text/plain' })).toBe(204);
  });

  it.each([
    {},
    { 'x-webhook-secret': '' },
    { 'x-webhook-secret': 'wrong' },
    { 'x-webhook-secret': NEW.slice(0, 16) },
    { authorization: NEW },
    { authorization: 'Bearer' },
    { authorization: 'Bearer ' },
    { authorization: `Basic ${NEW}` },
    { authorization: `Bearer ${NEW} x` },
    { 'x-webhook-secret': NEW, authorization: 'Bearer wrong' },
    { 'x-webhook-secret': 'wrong', authorization: `Bearer ${NEW}` },
    { 'x-webhook-secret': NEW, authorization: '' },
    { 'x-webhook-secret': '', authorization: `Bearer ${NEW}` },
    { 'x-webhook-secret': `${NEW}, ${NEW}` },
  ])('a request with %j is refused before its body is read', async (headers) => {
    const before = handled;
    expect(await status({ ...headers, 'content-type': 'application/json' })).toBe(401);
    expect(handled).toBe(before);
  });
});

describe('the check of a signature', () => {
  const bytes = Buffer.from([0x7b, 0xff, 0x00, 0x7d]);
  const hex = createHmac('sha256', NEW).update(bytes).digest('hex');
  const secrets = [NEW, OLD];

  it.each([hex, hex.toUpperCase(), `sha256=${hex}`, `SHA256=${hex.toUpperCase()}`])(
    'a signature written as %s is valid',
    (header) => {
      expect(isSignatureOf(bytes, header, secrets)).toBe(true);
    },
  );

  it('a signature with the old secret is valid during rotation', () => {
    expect(isSignatureOf(bytes, createHmac('sha256', OLD).update(bytes).digest('hex'), secrets)).toBe(true);
  });

  it('a signature covers the exact bytes: replaced invalid UTF-8 makes it invalid', () => {
    expect(isSignatureOf(Buffer.from(bytes.toString('utf8')), hex, secrets)).toBe(false);
    expect(isSignatureOf(Buffer.concat([bytes, Buffer.from('\n')]), hex, secrets)).toBe(false);
    expect(isSignatureOf(Buffer.alloc(0), hex, secrets)).toBe(false);
  });

  it('a signature is invalid if any one bit of the body changes', () => {
    for (let bit = 0; bit < bytes.length * 8; bit += 1) {
      const changed = Buffer.from(bytes);
      changed.writeUInt8(changed.readUInt8(bit >> 3) ^ (1 << (bit & 7)), bit >> 3);
      expect(isSignatureOf(changed, hex, secrets)).toBe(false);
    }
  });

  it.each([
    '',
    'sha256=',
    hex.slice(0, -1),
    hex.slice(0, -2),
    `${hex}0`,
    `${hex}, ${hex}`,
    ` ${hex}`,
    `${hex}\n`,
    `sha1=${hex}`,
    `sha256=sha256=${hex}`,
    Buffer.from(hex, 'hex').toString('base64'),
    'z'.repeat(64),
    '0'.repeat(64),
    '٠'.repeat(64),
  ])('a malformed signature is invalid without an exception: %j', (header) => {
    expect(isSignatureOf(bytes, header, secrets)).toBe(false);
  });

  it('a signature is invalid if no secret is configured', () => {
    expect(isSignatureOf(bytes, hex, [])).toBe(false);
  });
});
