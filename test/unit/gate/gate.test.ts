import { describe, expect, it } from 'vitest';
import type { GateRow } from '../../../webhook/ledger/ledger.ts';
import type { Status } from '../../../webhook/model.ts';
import { defaultPolicyWithPages } from '../../../webhook/verification/policy/parse.ts';
import type { Policy } from '../../../webhook/verification/policy/rules.ts';
import { readPublishedCopy } from '../../../webhook/verification/record/published-copy.ts';
import { blocking, policyOf } from '../../support/builders/policies.ts';
import {
  allCells,
  COPIES,
  type CopyName,
  gateResultOf,
  gateRowOf,
  keysOf,
  rowOf,
  STANDING_OF_STATUS,
} from '../../support/decision-table/cells.ts';

function decided(row: GateRow | 'none' | 'unreadable', copy: CopyName, policy?: Policy) {
  const { decision, status, contradiction } = gateResultOf(row, readPublishedCopy(COPIES[copy]), policy);
  return { decision, status, contradiction };
}

/** Rejections as the published integration writes them, without a decision of ours beside them. */
const OLD_REJECTIONS: readonly CopyName[] = [
  'in the body: rejected',
  'published integration: rejected',
  'pending, and rejected in the body',
];

/** A policy that admits only approved persons. */
const onlyApproved = blocking('none', 'pending', 'processing', 'expired', 'review', 'rejected');

describe('the default policy', () => {
  it.each<[Status, 'allow' | 'block']>([
    ['none', 'allow'],
    ['pending', 'allow'],
    ['processing', 'allow'],
    ['expired', 'allow'],
    ['approved', 'allow'],
    ['review', 'allow'],
    ['rejected', 'block'],
  ])('the default policy on status %s: %s', (status, decision) => {
    expect(gateResultOf(rowOf(status, false), readPublishedCopy({})).decision).toBe(decision);
  });
});

describe('the default policy where pages are configured', () => {
  const mendable = { reason: 'unreadable', rejections: 1 } as const;

  it.each<[string, Partial<GateRow>, string]>([
    ['a reason that the person can act on', mendable, 'block_with_way_on'],
    ['such a reason, and a further attempt at Jumio', { ...mendable, attemptWaitsOn: 'jumio' }, 'block_with_way_on'],
    ['such a reason too often', { ...mendable, rejections: 3 }, 'block'],
    ['another reason', { reason: 'other' }, 'block'],
    ['an unknown reason', {}, 'block'],
  ])('a rejection for %s', (_name, facts, decision) => {
    const row = { ...rowOf('rejected', true), ...facts };
    for (const copy of ['rejected', 'null'] as const)
      expect(decided(row, copy, defaultPolicyWithPages)).toMatchObject({ decision, status: 'rejected' });
  });

  it.each<[string, GateRow | 'none' | 'unreadable']>([
    ['no row', 'none'],
    ['an unreadable ledger', 'unreadable'],
    ['a row that waits on the person for another status', { ...rowOf('pending', true), attemptWaitsOn: 'person' }],
    ['a row that waits on Jumio for another status', { ...rowOf('processing', true), attemptWaitsOn: 'jumio' }],
    ['an approval that is contradicted', rowOf('approved', true)],
  ])('a rejection that only the copy shows, with %s, has no way on', (_name, row) => {
    expect(decided(row, 'rejected', defaultPolicyWithPages)).toMatchObject({ decision: 'block', status: 'rejected' });
  });

  it.each(keysOf(STANDING_OF_STATUS).filter((status) => status !== 'rejected'))('on status %s it allows', (status) => {
    expect(decided(rowOf(status, true), 'null', defaultPolicyWithPages).decision).toBe('allow');
  });
});

describe('the gate without a row in the ledger', () => {
  it.each<[CopyName, 'allow' | 'block', Status]>([
    ['key absent', 'allow', 'none'],
    ['null', 'allow', 'none'],
    ['without jumio', 'allow', 'none'],
    ['pending', 'allow', 'pending'],
    ['approved', 'allow', 'approved'],
    ['review', 'allow', 'review'],
    ['rejected', 'block', 'rejected'],
    ['published integration: rejected', 'block', 'rejected'],
    ['published integration: verified', 'allow', 'approved'],
    ['published integration: initiated', 'allow', 'pending'],
    ['in the body: rejected', 'block', 'rejected'],
    ['pending, and rejected in the body', 'block', 'rejected'],
    // Beside a decision of ours their values are history: we never write them (decision 7).
    ['approved, and rejected in the body', 'allow', 'approved'],
    ['unknown word', 'allow', 'none'],
    ['no text', 'allow', 'none'],
  ])('without a row the published copy alone decides (%s: %s)', (copy, decision, status) => {
    expect(decided('none', copy)).toEqual({ decision, status, contradiction: false });
  });
});

describe('the gate with an unreadable ledger', () => {
  it.each<CopyName>(['key absent', 'null', 'without jumio'])(
    'with an unreadable ledger and no published copy the gate blocks (%s)',
    (copy) => {
      expect(decided('unreadable', copy)).toEqual({ decision: 'block', status: 'unknown', contradiction: false });
    },
  );

  it.each<[CopyName, 'allow' | 'block']>([
    ['approved', 'allow'],
    ['pending', 'allow'],
    ['rejected', 'block'],
    ['in the body: rejected', 'block'],
    ['published integration: verified', 'allow'],
  ])('with an unreadable ledger the published copy alone decides (%s: %s)', (copy, decision) => {
    expect(decided('unreadable', copy).decision).toBe(decision);
  });
});

describe('the gate with a row in the ledger', () => {
  it('a rejection in the ledger blocks with any published copy, up to date or not', () => {
    for (const copy of keysOf(COPIES))
      for (const published of [true, false])
        expect(decided(rowOf('rejected', published), copy).decision, copy).toBe('block');
  });

  it('a rejection in a copy that is up to date blocks with any standing in the ledger', () => {
    for (const name of keysOf(STANDING_OF_STATUS))
      expect(decided(rowOf(name, true), 'rejected').decision, name).toBe('block');
  });

  it.each(OLD_REJECTIONS)('a rejection in a form that we never write blocks until Jumio has decided (%s)', (copy) => {
    for (const name of keysOf(STANDING_OF_STATUS)) {
      const expected = STANDING_OF_STATUS[name] === null || name === 'rejected' ? 'block' : 'allow';
      expect(decided(rowOf(name, true), copy), name).toMatchObject({ decision: expected, contradiction: false });
    }
  });

  it('the ledger alone decides while its last change is not published', () => {
    expect(decided(rowOf('approved', false), 'rejected')).toEqual({
      decision: 'allow',
      status: 'approved',
      contradiction: false,
    });
    expect(decided(rowOf('pending', false), 'rejected').decision).toBe('allow');
  });

  it.each<CopyName>(['key absent', 'null', 'without jumio', 'pending', 'expired', 'unknown word'])(
    'a published copy with less than a standing is stale (%s)',
    (copy) => {
      expect(decided(rowOf('approved', true), copy, onlyApproved)).toMatchObject({ decision: 'allow' });
      expect(decided(rowOf('rejected', true), copy)).toMatchObject({ decision: 'block', status: 'rejected' });
    },
  );

  it('the stricter of two decisions counts, as the policy orders them', () => {
    const onlyReview = blocking('review');
    const blocked = (status: Status) => ({ decision: 'block', status });
    expect(decided(rowOf('rejected', true), 'review', onlyReview)).toMatchObject(blocked('review'));
    expect(decided(rowOf('pending', true), 'approved', onlyApproved)).toMatchObject(blocked('pending'));
  });

  it.each<[string, GateRow, CopyName, boolean]>([
    ['another verdict', rowOf('approved', true), 'rejected', true],
    ['a verdict that the ledger lacks', rowOf('pending', true), 'approved', true],
    ['the same verdict', rowOf('approved', true), 'approved', false],
    [
      'the same verdict in the form of the published integration',
      rowOf('approved', true),
      'published integration: verified',
      false,
    ],
    ['less than the verdict of the ledger', rowOf('approved', true), 'pending', false],
    ['nothing', rowOf('approved', true), 'null', false],
    ['an older verdict that is due for publishing', rowOf('approved', false), 'rejected', false],
  ])('whether a published copy with %s is a contradiction (#%#)', (_name, row, copy, contradiction) => {
    expect(decided(row, copy).contradiction).toBe(contradiction);
  });
});

describe('the gate in every cell of the decision table', async () => {
  const cells = await allCells();

  it('in every cell of the decision table a sign-in is blocked exactly if the ledger or a valid copy says rejected', () => {
    for (const { after, standing, attempt, event } of cells)
      for (const published of [0, 1]) {
        const { identity } = after;
        const row = { ...gateRowOf(after), published: published === 1 ? identity.version : identity.version - 1 };
        for (const name of keysOf(COPIES)) {
          const isOld = OLD_REJECTIONS.includes(name) && identity.standing === null;
          const isCopied = published === 1 && (name === 'rejected' || isOld);
          const expected = identity.status === 'rejected' || isCopied ? 'block' : 'allow';
          if (decided(row, name).decision !== expected)
            expect.fail(`${standing} | ${attempt} | ${event} | ${published} | ${name}: not ${expected}`);
        }
      }
  });
});

describe('a policy that asks for source and level', () => {
  const policy = policyOf(`rules:
  - { when: { status: approved, source: eid:idemia, level: loa-4 }, then: allow }
  - { when: { status: approved, source: jumio }, then: allow }
  - { then: block }`);
  const by = (source: string, level?: string) =>
    JSON.stringify({ public: { status: 'approved', source, level }, admin: {} });
  const copyOf = (jumio: object | null) => readPublishedCopy({ metadata_public: { jumio } });
  const approved = rowOf('approved', true);

  it.each<[string, string | null, object | null, string]>([
    ['the level that was stored', by('eid:idemia', 'loa-4'), { status: 'approved' }, 'allow'],
    ['a lower level', by('eid:idemia', 'loa-3'), { status: 'approved' }, 'block'],
    ['no level', by('eid:idemia'), { status: 'approved' }, 'block'],
    ['Jumio', by('jumio'), { status: 'approved' }, 'allow'],
    ['the ledger before the copy', by('eid:idemia', 'loa-3'), { status: 'approved', source: 'jumio' }, 'block'],
    ['an inherited standing, by the copy', null, { status: 'approved', source: 'eid:idemia', level: 'loa-4' }, 'allow'],
    ['an inherited standing of an unknown source', null, { status: 'approved' }, 'block'],
  ])('decides by the standing of the ledger: %s', (_name, content, jumio, decision) => {
    expect(gateResultOf({ ...approved, content }, copyOf(jumio), policy).decision).toBe(decision);
  });

  it('without a row it decides by the copy, whatever is in there', () => {
    const only = (jumio: object) => gateResultOf('none', copyOf(jumio), policy).decision;
    expect(only({ status: 'approved', source: 'eid:idemia', level: 'loa-4' })).toBe('allow');
    expect(only({ status: 'approved', source: 7, level: {} })).toBe('block');
  });
});
