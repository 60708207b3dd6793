import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { IdentityRecord } from '../../../webhook/model.ts';
import { contentOf, type PublishedContent, publishedContent } from '../../../webhook/verification/record/content.ts';
import { statusOf } from '../../../webhook/verification/record/standing.ts';
import {
  last,
  NOW,
  newRecord,
  readDetailsAs,
  readStatusAs,
  withAttempt,
  withRequest,
} from '../../support/builders/history.ts';
import { allCells } from '../../support/decision-table/cells.ts';
import { BLURRED, PASSED, WARNING } from '../../support/decision-table/rows.ts';
import { decision, findings } from '../../support/fakes/jumio-answers.ts';

function shown(record: IdentityRecord): PublishedContent | undefined {
  const text = contentOf(record);
  return text === null ? undefined : publishedContent({ content: text, changedAt: NOW, version: 1 });
}

const schemaFile = new URL('../../../docs/schemas/metadata-public.schema.json', import.meta.url);
const schema = z
  .object({
    required: z.array(z.string()),
    properties: z.record(z.string(), z.object({ enum: z.array(z.string()).optional() })),
  })
  .parse(JSON.parse(readFileSync(schemaFile, 'utf8')));

/** Whether the published schema allows it: no other key, every required key, every listed value from its list. */
function isAllowed(object: object): boolean {
  const keys = Object.keys(object);
  const words = Object.entries(object).every(([key, value]) => schema.properties[key]?.enum?.includes(value) ?? true);
  return words && keys.every((key) => key in schema.properties) && schema.required.every((key) => keys.includes(key));
}

describe('the published content', () => {
  it('nothing is published while the status is none or only inherited', () => {
    expect(shown(newRecord())).toBeUndefined();
    expect(shown(newRecord(NOW, 'rejected'))).toBeUndefined();
  });

  it('before Jumio has answered, the status and our own id are published', () => {
    const record = withRequest(newRecord());
    expect(shown(record)).toStrictEqual({
      public: {
        status: 'pending',
        source: 'jumio',
        verification_id: last(record).id,
        updated_at: '2026-01-20T12:00:00.000Z',
      },
      admin: { attempts: 1, waiting_on: 'jumio', version: 1 },
    });
  });

  it('the verdict is published with the ids of its verification; label and score only for the operator', () => {
    const record = readDetailsAs(withAttempt(newRecord()), {
      ...PASSED,
      decision: decision('PASSED', 12.5, 'GOOD_ENOUGH'),
    }).record;
    expect(shown(record)).toStrictEqual({
      public: {
        status: 'approved',
        verdict: 'PASSED',
        source: 'jumio',
        account_id: 'account-1',
        workflow_execution_id: 'execution-1',
        verification_id: last(record).id,
        updated_at: '2026-01-20T12:00:00.000Z',
      },
      admin: { decision_label: 'GOOD_ENOUGH', risk_score: 12.5, attempts: 1, waiting_on: 'nobody', version: 1 },
    });
  });

  it('a rejection keeps its ids and verdict beside a further attempt', () => {
    const rejected = readDetailsAs(withAttempt(newRecord()), BLURRED).record;
    const again = withAttempt(rejected);
    expect(shown(again)?.public).toMatchObject({
      status: 'rejected',
      verdict: 'FAILED',
      workflow_execution_id: 'execution-1',
      attempt: 'pending',
    });
    expect(shown(readStatusAs(again, 'ACQUIRED').record)?.public).toMatchObject({
      status: 'rejected',
      attempt: 'processing',
    });
    expect(shown(readStatusAs(again, 'TOKEN_EXPIRED').record)?.public).toMatchObject({
      status: 'rejected',
      attempt: 'expired',
    });
    expect(shown(readDetailsAs(again, WARNING).record)?.public).not.toHaveProperty('attempt');
  });

  it('the published content of a version is the same bytes each time', () => {
    const text = contentOf(readDetailsAs(withAttempt(newRecord()), PASSED).record) ?? '';
    expect(JSON.stringify(publishedContent({ content: text, changedAt: NOW, version: 1 }))).toBe(
      JSON.stringify(publishedContent({ content: text, changedAt: NOW, version: 1 })),
    );
  });

  it('each published copy stays under 2 KiB with the longest label and every field', () => {
    const label = '\u0000💥'.repeat(500);
    const record = readDetailsAs(withAttempt(newRecord()), {
      status: 'PROCESSED',
      decision: decision('WARNING', 1e308, label),
    }).record;
    const content = shown(withAttempt(record));
    expect(Buffer.byteLength(JSON.stringify(content?.public))).toBeLessThan(2_048);
    expect(Buffer.byteLength(JSON.stringify(content?.admin))).toBeLessThan(2_048);
  });
});

describe('published content in every cell of the decision table', async () => {
  const records = (await allCells()).map(({ after }) => after);

  it('in every cell of the decision table the person’s copy follows the published schema, without reason, score, link or token', () => {
    const seen = new Set<string>();
    for (const record of records) {
      const content = shown(record);
      if (content === undefined) continue;
      const text = JSON.stringify(content.public);
      seen.add(content.public.status);
      expect(isAllowed(content.public), text).toBe(true);
      expect(content.public.status).toBe(statusOf(record));
      expect(text).not.toMatch(/unreadable|other|label|score|reason|https?:|link-|sdk-|transaction-/);
      expect(JSON.stringify(content.admin)).not.toMatch(/https?:|link-|sdk-|transaction-/);
    }
    expect([...seen].sort()).toEqual(['approved', 'expired', 'pending', 'processing', 'rejected', 'review']);
  });

  it('the reason of a rejection is in neither published copy', () => {
    const capabilities = findings('usability', 'REJECTED', 'BLURRED');
    const record = readDetailsAs(withAttempt(newRecord()), { ...BLURRED, capabilities }).record;
    expect(last(record).reason).toBe('unreadable');
    expect(JSON.stringify(shown(record))).not.toMatch(/unreadable|BLURRED/);
  });
});
