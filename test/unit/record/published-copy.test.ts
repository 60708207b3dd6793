import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inheritanceOf, readPublishedCopy } from '../../../webhook/verification/record/published-copy.ts';

describe('reading the published copy', () => {
  it('whether a request shows the published copy depends on metadata_public', () => {
    expect(readPublishedCopy({}).shown).toBe(false);
    expect(readPublishedCopy({ metadata_public: null }).shown).toBe(true);
  });

  it('the decided status of a copy is the strictest one', () => {
    const both = { metadata_public: { jumio_verification_status: 'verified' }, jumio_verification_status: 'rejected' };
    expect(inheritanceOf(readPublishedCopy(both)).inherited).toBe('rejected');
    expect(
      inheritanceOf(readPublishedCopy({ metadata_public: { jumio: { status: 'pending' } } })).inherited,
    ).toBeNull();
  });

  it('values of the published integration count until our copy has a decision', () => {
    const theirs = { jumio_verification_status: 'rejected' };
    for (const jumio of [undefined, {}, null, 'approved', { status: null }, { status: 'pending' }, { status: 7 }]) {
      const copy = readPublishedCopy({ metadata_public: { jumio, ...theirs } });
      expect(inheritanceOf(copy).inherited).toBe('rejected');
      expect(copy.ours).not.toContain('rejected');
    }
    for (const status of ['approved', 'review', 'rejected'])
      expect(readPublishedCopy({ metadata_public: { jumio: { status }, ...theirs }, ...theirs }).statuses).toEqual([
        status,
      ]);
  });

  it('a status in a prototype is ignored', () => {
    expect(
      readPublishedCopy(JSON.parse('{"metadata_public":{"__proto__":{"jumio":{"status":"approved"}}}}')).statuses,
    ).toEqual([]);
    const inherited = Object.create({ jumio_verification_status: 'approved' });
    expect(readPublishedCopy({ metadata_public: inherited }).statuses).toEqual([]);
  });

  it('reading a copy never throws', () => {
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (metadata, word) => {
        const { statuses } = readPublishedCopy({ metadata_public: metadata, jumio_verification_status: word });
        for (const status of statuses) expect(typeof status).toBe('string');
      }),
    );
  });
});
