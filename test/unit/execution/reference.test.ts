import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintReference, readReference } from '../../../webhook/verification/execution/reference.ts';

const KEY = Buffer.alloc(32, 1);

const ID = '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab';

const GENUINE = mintReference(KEY, ID);

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');

describe('a reference', () => {
  it('has 82 characters, of which Jumio allows a hundred, and none that Jumio forbids', () => {
    fc.assert(
      fc.property(key, fc.uuid(), (secret, id) => {
        const reference = mintReference(secret, id);
        expect(reference).toHaveLength(82);
        expect(reference).toMatch(/^1\.[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}$/);
      }),
    );
  });

  it('is this one: the format is on its way in other people’s systems', () => {
    expect(GENUINE).toBe(`1.${ID}.vJ1PnGUmwT3kxRWSOZoGHoiV-2s440LzsVCeL7UT-RE`);
  });

  it('gives back the verification that it was minted for, to the same key only', () => {
    fc.assert(
      fc.property(key, key, fc.uuid(), (secret, other, id) => {
        const reference = mintReference(secret, id);
        expect(readReference(secret, reference)).toBe(id);
        if (!secret.equals(other)) expect(readReference(other, reference)).toBeUndefined();
      }),
    );
  });

  it('is refused when any one character is another', () => {
    fc.assert(
      fc.property(fc.nat({ max: 81 }), fc.constantFrom(...BASE64URL, '.', ' ', 'é', '\n', '\0'), (place, character) => {
        fc.pre(GENUINE[place] !== character);
        const tampered = GENUINE.slice(0, place) + character + GENUINE.slice(place + 1);
        expect(readReference(KEY, tampered)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('has one spelling of its last character, although four decode to the same bytes', () => {
    const bytes = (reference: string): string => Buffer.from(reference.slice(39), 'base64url').toString('hex');
    const spellings = BASE64URL.map((character) => GENUINE.slice(0, -1) + character);
    const same = spellings.filter((spelling) => bytes(spelling) === bytes(GENUINE));
    expect(same).toHaveLength(4);
    expect(same.filter((spelling) => readReference(KEY, spelling) !== undefined)).toEqual([GENUINE]);
  });

  it.each([
    ['another version', GENUINE.replace(/^1/, '2')],
    ['another version, rightly signed', `2.${ID}.${createHmac('sha256', KEY).update(`2.${ID}`).digest('base64url')}`],
    ['no version', GENUINE.slice(2)],
    ['the id in capitals', GENUINE.replace(ID, ID.toUpperCase())],
    ['a mac in padded base64', `${GENUINE}=`],
    ['one character more', `${GENUINE}A`],
    ['one character less', GENUINE.slice(0, -1)],
    ['a line end', `${GENUINE}\n`],
    ['a space before', ` ${GENUINE}`],
    ['nothing', ''],
    ['no mac', `1.${ID}.`],
    ['another’s mac', `1.${ID.replace('3f', '4f')}.${GENUINE.slice(39)}`],
    ['a very long text', '1.'.repeat(100_000)],
    ['letters that are more bytes than characters', `${GENUINE.slice(0, -1)}é`],
  ])('is refused, and never throws, with %s', (_name, reference) => {
    expect(readReference(KEY, reference)).toBeUndefined();
  });

  it('never throws, whatever it is', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readReference(KEY, text) === undefined));
  });
});
