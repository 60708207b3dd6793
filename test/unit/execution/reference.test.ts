import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mintReference, readReference } from '../../../webhook/verification/execution/reference.ts';

const KEY = Buffer.alloc(32, 1);

const ID = '3f0c0d8e-5a34-4b6c-9d1e-0123456789ab';

const GENUINE = mintReference(KEY, ID);

const key = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes));

const BASE64URL = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'.split('');

describe('references', () => {
  it('a reference has 82 characters, of which Jumio allows 100, and none that Jumio forbids', () => {
    fc.assert(
      fc.property(key, fc.uuid(), (secret, id) => {
        const reference = mintReference(secret, id);
        expect(reference).toHaveLength(82);
        expect(reference).toMatch(/^1\.[0-9a-f-]{36}\.[A-Za-z0-9_-]{43}$/);
      }),
    );
  });

  it('the format of a reference is fixed: existing references must stay valid', () => {
    expect(GENUINE).toBe(`1.${ID}.vJ1PnGUmwT3kxRWSOZoGHoiV-2s440LzsVCeL7UT-RE`);
  });

  it('a reference gives the id that it was minted for, with the same key only', () => {
    fc.assert(
      fc.property(key, key, fc.uuid(), (secret, other, id) => {
        const reference = mintReference(secret, id);
        expect(readReference([secret], reference)).toBe(id);
        if (!secret.equals(other)) expect(readReference([other], reference)).toBeUndefined();
      }),
    );
  });

  it('a reference with any one character replaced is refused', () => {
    fc.assert(
      fc.property(fc.nat({ max: 81 }), fc.constantFrom(...BASE64URL, '.', ' ', 'é', '\n', '\0'), (place, character) => {
        fc.pre(GENUINE[place] !== character);
        const tampered = GENUINE.slice(0, place) + character + GENUINE.slice(place + 1);
        expect(readReference([KEY], tampered)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  it('a reference has one valid last character, although four decode to the same bytes', () => {
    const bytes = (reference: string): string => Buffer.from(reference.slice(39), 'base64url').toString('hex');
    const spellings = BASE64URL.map((character) => GENUINE.slice(0, -1) + character);
    const same = spellings.filter((spelling) => bytes(spelling) === bytes(GENUINE));
    expect(same).toHaveLength(4);
    expect(same.filter((spelling) => readReference([KEY], spelling) !== undefined)).toEqual([GENUINE]);
  });

  it.each([
    ['another version', GENUINE.replace(/^1/, '2')],
    ['another version, correctly signed', `2.${ID}.${createHmac('sha256', KEY).update(`2.${ID}`).digest('base64url')}`],
    ['no version', GENUINE.slice(2)],
    ['the id in capitals', GENUINE.replace(ID, ID.toUpperCase())],
    ['a MAC in padded base64', `${GENUINE}=`],
    ['one character more', `${GENUINE}A`],
    ['one character less', GENUINE.slice(0, -1)],
    ['a line end', `${GENUINE}\n`],
    ['a space before', ` ${GENUINE}`],
    ['nothing', ''],
    ['no MAC', `1.${ID}.`],
    ['the MAC of another id', `1.${ID.replace('3f', '4f')}.${GENUINE.slice(39)}`],
    ['a very long text', '1.'.repeat(100_000)],
    ['characters of several bytes', `${GENUINE.slice(0, -1)}é`],
  ])('a reference with %s is refused without an exception', (_name, reference) => {
    expect(readReference([KEY], reference)).toBeUndefined();
  });

  it('reading a reference never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => readReference([KEY], text) === undefined));
  });
});
