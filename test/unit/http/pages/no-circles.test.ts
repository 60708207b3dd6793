import { describe, expect, it } from 'vitest';
import type { Page } from '../../../../webhook/http/pages/page.ts';
import { statusPage } from '../../../../webhook/http/pages/status-page.ts';
import type { IdentityRecord } from '../../../../webhook/model.ts';
import type { Context } from '../../../../webhook/verification/context.ts';
import { withAgreement } from '../../../../webhook/verification/person/consent.ts';
import { type ContinueOutcome, continueVerification } from '../../../../webhook/verification/person/continue.ts';
import { loadView, nextStep, type View } from '../../../../webhook/verification/person/view.ts';
import { updateIdentity } from '../../../../webhook/verification/record/record.ts';
import { IDENTITY, NOW } from '../../../support/builders/history.ts';
import { keysOf } from '../../../support/decision-table/cells.ts';
import { ATTEMPTS, STANDINGS, situation } from '../../../support/decision-table/rows.ts';
import { CONSENT, createInMemoryContext } from '../../../support/service/in-memory-context.ts';

const WHO = { identityId: IDENTITY, inherited: null };

const RETURN_TO = 'https://app.example/home';

/** The possible answers of a person to the consent text. */
const CONSENTS: Readonly<Record<string, (record: IdentityRecord) => IdentityRecord>> = {
  'never asked': (record) => record,
  agreed: (record) => withAgreement(record, CONSENT, NOW).record,
  'agreed to an earlier text': (record) => withAgreement(record, { version: 'text-0', language: 'en' }, NOW).record,
  refused: (record) => updateIdentity(record, { declinedAt: NOW }),
};

interface Cell {
  readonly name: string;
  readonly record: IdentityRecord;
  readonly startsAt: Context['startsAt'];
}

const cells: Cell[] = keysOf(STANDINGS).flatMap((standing) =>
  keysOf(ATTEMPTS).flatMap((attempt) =>
    keysOf(CONSENTS).flatMap((consent) =>
      (['registration', 'consent'] as const).map((startsAt) => ({
        name: `${standing} | ${attempt} | ${consent} | ${startsAt}`,
        record: CONSENTS[consent]?.(situation(standing, attempt)) ?? situation(standing, attempt),
        startsAt,
      })),
    ),
  ),
);

function pageOf(shown: View, place: 'verify' | 'status', hint: { back?: number; now?: number } = {}): Page {
  const fields = { _csrf: 'token' };
  const { version: consentVersion } = CONSENT;
  return statusPage(shown, { place, fields, consentVersion, returnTo: RETURN_TO, now: NOW, ...hint });
}

/** The end of the path from a page's own action: Jumio, the application, a wait, or a text without action. */
type End = 'jumio' | 'application' | 'wait' | 'text';

async function press(
  ctx: Context,
  memory: ReturnType<typeof createInMemoryContext>,
  page: Page,
): Promise<ContinueOutcome> {
  const action = page.action.kind === 'button' ? page.action : undefined;
  const agreement = action?.fields.consent === undefined ? undefined : { ...CONSENT, version: action.fields.consent };
  return continueVerification(ctx, memory.worker, WHO, { returnTo: null, agreement }, 0);
}

/** Follows the one action until it ends, or returns to an earlier page. */
async function follow({ record, startsAt }: Cell, from: 'verify' | 'status'): Promise<End | 'circle'> {
  const memory = createInMemoryContext(record);
  const ctx: Context = { ...memory.ctx, startsAt };
  const seen = new Set<string>();
  let page = pageOf(await loadView(ctx, WHO), from);
  for (;;) {
    if (page.refreshSeconds !== undefined) return 'wait';
    const key = JSON.stringify(page);
    if (seen.has(key)) return 'circle';
    seen.add(key);
    const { action } = page;
    if (action.kind === 'text') return 'text';
    if (action.kind === 'link' && action.href === RETURN_TO) return 'application';
    if (action.kind === 'link')
      page = pageOf(await loadView(ctx, WHO), action.href.endsWith('status') ? 'status' : 'verify');
    else {
      const outcome = await press(ctx, memory, page);
      if (outcome.kind === 'link') return 'jumio';
      page = pageOf(outcome.view, 'verify');
    }
  }
}

describe('pages without circles', () => {
  it.each(['verify', 'status'] as const)(
    'following the one action from the page %s ends outside of the service, at a wait or at a text',
    async (from) => {
      const ends = await Promise.all(cells.map(async (cell) => [cell.name, await follow(cell, from)] as const));
      expect(ends.filter(([, end]) => end === 'circle')).toEqual([]);
      expect(new Set(ends.map(([, end]) => end))).toEqual(new Set(['jumio', 'application', 'wait', 'text']));
    },
  );

  it('only the page with the consent text accepts an agreement, and only an agreement leads to Jumio', async () => {
    for (const { name, record, startsAt } of cells) {
      const memory = createInMemoryContext(record);
      const ctx: Context = { ...memory.ctx, startsAt };
      const shown = await loadView(ctx, WHO);
      const { action } = pageOf(shown, 'verify');
      const asks = action.kind === 'button' && action.fields.consent !== undefined;
      expect([name, asks]).toEqual([name, nextStep(shown).kind === 'consent']);
      const outcome = await continueVerification(ctx, memory.worker, WHO, { returnTo: null }, 0);
      if (shown.consent !== 'given') {
        expect([name, outcome.kind]).not.toEqual([name, 'link']);
        expect(memory.stored()?.verifications).toEqual(record.verifications);
      }
    }
  });

  it('a person who may not continue gets no button', async () => {
    for (const { name, record, startsAt } of cells) {
      const shown = await loadView({ ...createInMemoryContext(record).ctx, startsAt }, WHO);
      if (shown.refusal === null) continue;
      for (const place of ['verify', 'status'] as const)
        expect([name, pageOf(shown, place).action.kind]).not.toEqual([name, 'button']);
    }
  });

  it('a hint that the person has finished delays the page until the next read, and by a minute at most', async () => {
    let waiting = 0;
    for (const { name, record, startsAt } of cells) {
      for (const readDue of [NOW - 5_000, NOW, NOW + 9_000]) {
        const asked = (lastReadAt: number | null, leasedUntil = 0): Promise<View> => {
          const verifications = record.verifications.map((row) => ({ ...row, readDue, lastReadAt }));
          const { ctx } = createInMemoryContext({ identity: { ...record.identity, leasedUntil }, verifications });
          return loadView({ ...ctx, startsAt }, WHO);
        };
        const before = pageOf(await asked(NOW - 1_000), 'status', { back: NOW });
        if (before.onwards?.to.startsWith('/')) waiting += 1;
        const after = await asked(NOW);
        expect([name, pageOf(after, 'status', { back: NOW })]).toEqual([name, pageOf(after, 'status')]);
        const late = { now: NOW + 60_001 };
        const stuck = await asked(null, Number.POSITIVE_INFINITY);
        expect([name, pageOf(stuck, 'status', { back: NOW, ...late })]).toEqual([name, pageOf(stuck, 'status', late)]);
      }
    }
    expect(waiting).toBeGreaterThan(0);
  });
});
