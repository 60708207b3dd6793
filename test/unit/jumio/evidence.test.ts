import { describe, expect, it } from 'vitest';
import { evidenceWire, toEvidence, toImage } from '../../../webhook/jumio/evidence.ts';

const CALL = { upstream: 'jumio', operation: 'image' } as const;

const PNG = '89504e470d0a1a0a00ff80';

function imageOf(hex: string) {
  return toImage(CALL, { status: 200, headers: {}, body: Buffer.from(hex, 'hex').toString('latin1') });
}

describe('what Jumio keeps of a document', () => {
  it('is the texts that it read and the pictures that a person can judge', () => {
    const evidence = toEvidence(
      evidenceWire.parse({
        workflow: { customerInternalReference: 'identity' },
        credentials: [
          { id: 'a', parts: [{ classifier: 'FRONT', href: 'https://x' }, { classifier: 'BACK' }] },
          {
            id: 'b',
            parts: [
              { classifier: 'FACEMAP', href: 'https://x' },
              { classifier: 'FACE', href: 'https://x' },
            ],
          },
          { id: 'c' },
          { id: '../d', parts: [{ classifier: 'FRONT', href: 'https://x' }] },
          'none',
        ],
        capabilities: {
          extraction: [
            { data: { lastName: 'Doe', currentAge: 35, dateOfBirthParts: { year: '1990' }, odd: 'a\u0007b' } },
          ],
          liveness: [{ data: { predictedAge: 1 } }],
        },
      }),
    );
    expect(evidence).toEqual({
      customerInternalReference: 'identity',
      texts: [
        { name: 'lastName', value: 'Doe' },
        { name: 'currentAge', value: '35' },
      ],
      parts: [
        { credentialId: 'a', classifier: 'FRONT' },
        { credentialId: 'b', classifier: 'FACE' },
      ],
    });
  });

  it('is nothing where the answer has none of it', () => {
    const evidence = toEvidence(evidenceWire.parse({ workflow: {}, credentials: 'x', capabilities: [] }));
    expect(evidence).toEqual({ customerInternalReference: undefined, texts: [], parts: [] });
  });

  it.each([
    ['a PNG', PNG, 'image/png'],
    ['a JPEG', 'ffd8ffe000104a46', 'image/jpeg'],
  ])('%s is known by its content, and no byte of it changes', (_what, hex, type) => {
    const image = imageOf(hex);
    expect({ type: image.type, hex: image.bytes.toString('hex') }).toEqual({ type, hex });
  });

  it.each([
    ['an SVG', Buffer.from('<svg onload=alert(1)>').toString('hex')],
    ['nothing', ''],
    ['half a head', '8950'],
  ])('%s is no picture, and the error holds no byte of it', (_what, hex) => {
    expect(() => imageOf(hex)).toThrow('jumio image: unusable neither a JPEG nor a PNG');
  });
});
