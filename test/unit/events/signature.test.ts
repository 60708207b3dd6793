import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it } from 'vitest';
import { messageId, signatureHeaders } from '../../../webhook/events/signature.ts';

const MINUTE = 60_000;

function isAccepted(secret: Buffer, body: string, headers: Readonly<Record<string, string>>): boolean {
  try {
    new Webhook(`whsec_${secret.toString('base64')}`).verify(body, { ...headers });
    return true;
  } catch {
    return false;
  }
}

const headersOf = (secrets: readonly Buffer[], body: string, at = Date.now()) => ({
  ...signatureHeaders({ id: messageId('9f425a8d-7efc-4768-8f23-7647a74fdf13', 7), at, body }, secrets),
});

describe('the signature of an event, by the library of Standard Webhooks', () => {
  const [one, other] = [randomBytes(32), randomBytes(64)];

  it('any body is accepted with any secret of the allowed lengths', () => {
    const secret = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(secret, fc.json(), (key, body) => isAccepted(key, body, headersOf([key], body))),
      { numRuns: 50 },
    );
  });

  it('during a rotation it is accepted by a receiver of either secret, and by none of a third', () => {
    const headers = headersOf([one, other], '{}');
    expect([one, other, randomBytes(32)].map((secret) => isAccepted(secret, '{}', headers))).toEqual([
      true,
      true,
      false,
    ]);
  });

  it('a changed byte, another id and a time that is six minutes off are refused', () => {
    const headers = headersOf([one], '{"a":1}');
    expect(isAccepted(one, '{"a":2}', headers)).toBe(false);
    expect(isAccepted(one, '{"a":1}', { ...headers, 'webhook-id': 'msg_0_8' })).toBe(false);
    for (const off of [-6 * MINUTE, 6 * MINUTE])
      expect(isAccepted(one, '{}', headersOf([one], '{}', Date.now() + off))).toBe(false);
    expect(isAccepted(one, '{}', headersOf([one], '{}', Date.now() - 4 * MINUTE))).toBe(true);
  });

  it('the id has no dash and no dot', () => {
    expect(messageId('9f425a8d-7efc-4768-8f23-7647a74fdf13', 7)).toBe('msg_9f425a8d7efc47688f237647a74fdf13_7');
  });
});
