import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { readReference } from '../../../webhook/verification/execution/index.ts';
import { accepted, mustHold, refused, type Target } from '../target.ts';

/** As after two rotations: the newest first. A key that has ended is not among them. */
const ACCEPTED = [3, 2, 1].map((byte) => Buffer.alloc(32, byte));

const ENDED = Buffer.alloc(32, 9);

/** What a reference is by docs/design.md#reference, written again, so that a mistake of the service is not repeated here. */
export function reference(key: Buffer, id: string): string {
  return `1.${id}.${createHmac('sha256', key).update(`1.${id}`).digest('base64url')}`;
}

const IDS = ['3f0c0d8e-5a34-4b6c-9d1e-0123456789ab', '00000000-0000-0000-0000-000000000000'];

const fresh = fc
  .tuple(fc.uuid(), fc.constantFrom(...ACCEPTED, ENDED, Buffer.alloc(0)), fc.constantFrom('', ' ', '=', '.', '\n'))
  .map(([id, key, after]) => reference(key, id) + after);

/** The reference that comes back in `userReference`. */
export const references: Target = {
  name: 'reference',
  share: 10,
  seeds: [...ACCEPTED, ENDED].flatMap((key) => IDS.map((id) => reference(key, id))),
  dictionary: ['1.', '2.', ...IDS, ...IDS.map((id) => reference(ENDED, id).slice(-43))],
  fresh,
  run: (input) => {
    const id = readReference(ACCEPTED, input);
    const genuine = ACCEPTED.map((key) => reference(key, input.slice(2, 38)));
    const isPlainId = /^[0-9a-f-]{36}$/.test(input.slice(2, 38));
    mustHold(id === undefined || (isPlainId && genuine.includes(input)), 'accepted a reference that no key minted');
    mustHold(id === undefined || id === input.slice(2, 38), 'read another id than that of the reference');
    return id === undefined ? refused() : accepted(id);
  },
};
