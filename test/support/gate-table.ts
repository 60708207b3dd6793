import type { GateRow } from '../../webhook/ledger/ledger.ts';
import type { DecidedStatus, Status } from '../../webhook/model.ts';
import { type Asked, gate, type Verdict } from '../../webhook/verification/gate/decide.ts';
import { publishedPolicy } from '../../webhook/verification/policy/parse.ts';
import type { Policy } from '../../webhook/verification/policy/rules.ts';
import type { Copy } from '../../webhook/verification/record/published-copy.ts';
import { NOW } from './story.ts';

/** A request that says nothing of itself. */
export const SILENT: Asked = {};

/** What the gate says at the moment of the tests to a request that says nothing of itself. */
export function judged(row: GateRow | 'none' | 'unreadable', copy: Copy, policy: Policy = publishedPolicy): Verdict {
  return gate(policy, row, copy, SILENT, NOW);
}

/** What a request of Kratos can show of the published copy. */
export const COPIES = {
  'key absent': {},
  null: { metadata_public: null },
  'without jumio': { metadata_public: { theirs: 1 } },
  none: { metadata_public: { jumio: { status: 'none' } } },
  pending: { metadata_public: { jumio: { status: 'pending' } } },
  processing: { metadata_public: { jumio: { status: 'processing' } } },
  expired: { metadata_public: { jumio: { status: 'expired' } } },
  approved: { metadata_public: { jumio: { status: 'approved' } } },
  review: { metadata_public: { jumio: { status: 'review' } } },
  rejected: { metadata_public: { jumio: { status: 'rejected' } } },
  'unknown word': { metadata_public: { jumio: { status: 'REJECTED_BY_HAND' } } },
  'no text': { metadata_public: { jumio: { status: { rejected: true } } } },
  'published integration: initiated': { metadata_public: { jumio_verification_status: 'initiated' } },
  'published integration: verified': { metadata_public: { jumio_verification_status: 'verified' } },
  'published integration: rejected': { metadata_public: { jumio_verification_status: 'rejected' } },
  'in the body: rejected': { metadata_public: null, jumio_verification_status: 'rejected' },
  'approved, and rejected in the body': {
    metadata_public: { jumio: { status: 'approved' } },
    jumio_verification_status: 'rejected',
  },
  'pending, and rejected in the body': {
    metadata_public: { jumio: { status: 'pending' } },
    jumio_verification_status: 'rejected',
  },
} as const;

export type CopyName = keyof typeof COPIES;

/** What the ledger can say of an identity: a standing, or a status without one. */
export const LEDGERS = {
  none: null,
  pending: null,
  processing: null,
  expired: null,
  approved: 'approved',
  review: 'review',
  rejected: 'rejected',
} as const satisfies Readonly<Record<Status, DecidedStatus | null>>;

/** A row of the ledger; `isPublished` false: its last change is still owed to Kratos. */
export function rowOf(status: Status, isPublished: boolean): GateRow {
  const published = isPublished ? 3 : 2;
  return {
    standing: LEDGERS[status],
    status,
    decidedAt: LEDGERS[status] === null ? null : 0,
    reason: null,
    rejections: status === 'rejected' ? 1 : 0,
    attemptWaitsOn: null,
    content: '{}',
    changedAt: 0,
    version: 3,
    published,
    gone: 0,
    invited: 0,
    evidence: 0,
    schemaId: null,
    bornAt: null,
    locale: null,
    grantedFrom: null,
    erasedAt: null,
    attempts: 1,
  };
}
