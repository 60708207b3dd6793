import { describe, expect, it } from 'vitest';
import type { Page, PageFields } from '../../../../webhook/http/pages/page.ts';
import { statusPage } from '../../../../webhook/http/pages/status-page.ts';
import type { IdentityRecord } from '../../../../webhook/model.ts';
import type { Text } from '../../../../webhook/texts/messages.ts';
import { createTexts } from '../../../../webhook/texts/texts.ts';
import { onCreateFailed } from '../../../../webhook/verification/execution/create.ts';
import { grantAttempt } from '../../../../webhook/verification/operator/actions.ts';
import { withAgreement } from '../../../../webhook/verification/person/consent.ts';
import { loadView, type View } from '../../../../webhook/verification/person/view.ts';
import { updateIdentity } from '../../../../webhook/verification/record/record.ts';
import { applied } from '../../../support/builders/applied.ts';
import {
  DAY,
  HOUR,
  IDENTITY,
  last,
  NOW,
  newRecord,
  readDetailsAs,
  readStatusAs,
  TERMS,
  withAttempt,
  withRequest,
} from '../../../support/builders/history.ts';
import { keysOf } from '../../../support/decision-table/cells.ts';
import {
  ATTEMPTS,
  type AttemptName,
  BLURRED,
  STANDINGS,
  type StandingName,
  situation,
} from '../../../support/decision-table/rows.ts';
import { CONSENT, createInMemoryContext } from '../../../support/service/in-memory-context.ts';

const RETURN_TO = 'https://app.example/home';

const FIELDS: PageFields = {
  place: 'verify',
  fields: { _csrf: 'token' },
  consentVersion: CONSENT.version,
  returnTo: undefined,
  now: NOW,
};

/** The page of a person who has agreed to the consent text. */
async function pageOf(record: IdentityRecord, way: Partial<PageFields> = { returnTo: RETURN_TO }): Promise<Page> {
  return pageOfWhoever(withAgreement(record, CONSENT, NOW).record, way);
}

async function pageOfWhoever(record: IdentityRecord, way: Partial<PageFields> = {}): Promise<Page> {
  const { ctx } = createInMemoryContext(record);
  const shown = await loadView(ctx, { identityId: IDENTITY, inherited: null });
  return statusPage(shown, { ...FIELDS, ...way });
}

const texts = createTexts();

function english(text: Text): string {
  return texts.translate('en', text);
}

/** The action of the page as text. */
function actionOf({ action }: Page): string {
  return `${action.kind}: ${english(action.text)}`;
}

describe('one sentence and one action for each status', () => {
  it.each<[string, StandingName, AttemptName, string, string]>([
    ['none', 'none', 'nothing', 'Your identity is not verified yet.', 'button: Start identity check'],
    [
      'pending',
      'none',
      'INITIATED, live link',
      'Everything is ready. The check usually takes less than five minutes.',
      'button: Continue to identity check',
    ],
    ['processing', 'none', 'ACQUIRED', 'This usually takes a few minutes.', 'link: Check for the result'],
    [
      'approved',
      'approved',
      'nothing',
      'Thank you. There is nothing else you need to do.',
      'link: Continue to your account',
    ],
    [
      'review',
      'review',
      'nothing',
      'Your documents are being reviewed. This can take a little longer, and there is nothing you need to do.',
      'link: Continue to your account',
    ],
    [
      'rejected, for good',
      'rejected, final',
      'nothing',
      'The check is complete, but your identity is not verified.',
      'text: You can close this page.',
    ],
    [
      'rejected, retryable',
      'rejected ×1',
      'nothing',
      'Your identity is not verified yet, but you can fix this now.',
      'button: Take the photos again',
    ],
    [
      'expired',
      'none',
      'TOKEN_EXPIRED',
      'You did not finish your last identity check in time.',
      'button: Start a new identity check',
    ],
  ])('the status page for %s has its sentence and its action', async (_status, standing, attempt, sentence, action) => {
    const page = await pageOf(situation(standing, attempt));
    expect(english(page.sentence)).toBe(sentence);
    expect(actionOf(page)).toBe(action);
  });
});

describe('the status page in every cell of the decision table', () => {
  const all = keysOf(STANDINGS).flatMap((standing) => keysOf(ATTEMPTS).map((attempt) => [standing, attempt] as const));

  it.each(all)('the status page for %s, %s has one sentence and one action', async (standing, attempt) => {
    for (const returnTo of [RETURN_TO, undefined])
      for (const place of ['verify', 'status'] as const)
        for (const page of [
          await pageOf(situation(standing, attempt), { returnTo, place }),
          await pageOfWhoever(situation(standing, attempt), { returnTo, place }),
        ]) {
          expect(english(page.sentence)).toMatch(/^[A-Z][^<>]*\.$/);
          expect(actionOf(page)).toMatch(/: [A-Z]/);
          expect(JSON.stringify(page)).not.toMatch(
            /link-|sdk-|transaction-|execution-|account-|BLURRED|MANIPULATED|100/,
          );
        }
  });

  it('an approved person gets a link to the application, and a try that would be refused is never offered', async () => {
    for (const [standing, attempt] of all) {
      const record = situation(standing, attempt);
      const page = await pageOf(record);
      if (record.identity.status === 'approved') expect(page.action).toMatchObject({ href: RETURN_TO });
      if (['approved', 'review'].includes(record.identity.status)) expect(page.action.kind).not.toBe('button');
      if (standing === 'rejected, final' || standing === 'rejected ×3' || standing === 'inherited rejected')
        expect(page.action.kind).not.toBe('button');
    }
  });
});

describe('the status page without a further step', () => {
  const all = keysOf(STANDINGS).flatMap((standing) => keysOf(ATTEMPTS).map((attempt) => situation(standing, attempt)));

  it.each(['verify', 'status'] as const)(
    'every page without a button, and every page that waits, links back to the application: %s',
    async (place) => {
      for (const record of all) {
        const { action, others = [], refreshSeconds } = await pageOf(record, { place, returnTo: RETURN_TO });
        if (action.kind !== 'button' || refreshSeconds !== undefined)
          expect([action, ...others]).toContainEqual(expect.objectContaining({ kind: 'link', href: RETURN_TO }));
      }
    },
  );
});

describe('the status page after insufficient eID evidence', () => {
  const short = (record: IdentityRecord): IdentityRecord => updateIdentity(record, { eidInsufficient: true });
  const isSaid = ({ blocks = [] }: Page): boolean => JSON.stringify(blocks).includes('reason.eid');

  it('a person with insufficient eID evidence reads the reason on the consent, start and status pages', async () => {
    const waiting = short(situation('none', 'INITIATED, live link'));
    expect(isSaid(await pageOf(waiting))).toBe(true);
    for (const place of ['verify', 'status'] as const)
      expect(isSaid(await pageOfWhoever(waiting, { place }))).toBe(true);
    expect(isSaid(await pageOfWhoever(situation('none', 'INITIATED, live link')))).toBe(false);
  });

  it.each<StandingName>(['approved', 'review', 'rejected ×1', 'rejected, final'])(
    'insufficient eID evidence is no longer mentioned once %s',
    async (standing) => {
      expect(isSaid(await pageOf(short(situation(standing, 'nothing'))))).toBe(false);
    },
  );
});

describe('the status page after leaving Jumio early', () => {
  it.each([
    ['en', /^If you left before the end, you can finish the check now\./, 'Finish identity check'],
    ['de', /^Wenn Sie vorzeitig abgebrochen haben, können Sie/, 'Identitätsprüfung abschließen'],
    ['fr', /^Si vous avez quitté la vérification avant la fin/, 'Terminer la vérification'],
    ['es', /^Si salió antes de terminar/, 'Terminar la verificación'],
  ])(
    'a person who left Jumio early reads so in %s, and may continue there or check again',
    async (language, sentence, button) => {
      const { action, others = [], ...page } = await pageOf(situation('none', 'ACQUISITION_STARTED, live link'));
      const translated = (text: Text): string => texts.translate(language, text);
      expect([translated(page.sentence), translated(action.text)]).toEqual([expect.stringMatching(sentence), button]);
      expect(others[0]).toEqual({ kind: 'link', href: '/jumio/status', text: { key: 'button.look_again' } });
    },
  );
});

describe('pages that wait', () => {
  it.each<[AttemptName, string]>([
    ['requested', 'This should only take a moment. The page updates by itself.'],
    ['INITIATED, link ended, new one asked for', 'This should only take a moment. The page updates by itself.'],
    ['ACQUIRED', 'This usually takes a few minutes.'],
    ['PROCESSED, details not read yet', 'This usually takes a few minutes.'],
  ])('the page for %s refreshes by itself', async (attempt, sentence) => {
    const page = await pageOf(situation('none', attempt));
    expect([english(page.sentence), page.refreshSeconds]).toEqual([sentence, 60]);
  });

  it.each([
    [0, 5],
    [30, 5],
    [100, 10],
    [300, 30],
    [600, 60],
    [86_400, 60],
  ])('a wait of %d s refreshes every %d s', async (waited, seconds) => {
    const page = await pageOf(withRequest(newRecord(), NOW - waited * 1_000));
    expect(page.refreshSeconds).toBe(seconds);
  });

  it('a waiting page mentions that Jumio cannot be reached', async () => {
    const down = { upstream: 'jumio', operation: 'create', failure: 'unreachable' } as const;
    const before = withRequest(newRecord());
    const { record } = applied(onCreateFailed(before, last(before).id, down, 'retry', { now: NOW, ...TERMS }), NOW);
    expect(english((await pageOf(record)).title)).toBe('We cannot reach Jumio right now');
  });

  it('a page that waits for the operator does not refresh', async () => {
    const page = await pageOf(situation('none', 'requested, refused by Jumio'));
    expect(page.refreshSeconds).toBeUndefined();
    expect(english(page.title)).toBe('We cannot start your identity check right now');
  });
});

describe('a rejection dated ahead of our clock', () => {
  it('a rejection that Jumio dates ahead of our clock adds no waiting time', async () => {
    const record = readDetailsAs(withAttempt(newRecord()), { ...BLURRED, completedAt: NOW + 2 * DAY }).record;
    expect(actionOf(await pageOf(record))).toBe('button: Take the photos again');
  });
});

describe('rejections up to the limit of tries', () => {
  it.each([
    ['en', /^You have used all your attempts/, /contact support/],
    ['de', /^Sie haben alle Versuche aufgebraucht/, /Support/],
    ['fr', /^Vous avez épuisé toutes vos tentatives/, /assistance/],
    ['es', /^Ha agotado todos sus intentos/, /atención al cliente/],
  ])(
    'a person without tries left reads so in %s, without advice, and with the way to support where there is one',
    async (language, used, ask) => {
      const translated = (text: Text): string => texts.translate(language, text);
      const paragraphsOf = ({ blocks = [] }: Page): string[] =>
        blocks.map((part) => (part.kind === 'paragraph' ? translated(part.text) : part.kind));
      const page = await pageOf(situation('rejected ×3', 'nothing'));
      expect(paragraphsOf(page)).toEqual([expect.stringMatching(used)]);
      expect([page.action.kind, ask.test(translated(page.action.text))]).toEqual(['text', false]);
      const support = 'mailto:help@acme.example';
      const helped = await pageOf(situation('rejected ×3', 'nothing'), { support });
      expect(paragraphsOf(helped)).toEqual([expect.stringMatching(used), expect.stringMatching(ask)]);
      expect(helped.action).toMatchObject({ kind: 'link', href: support });
    },
  );

  it('a person with a try left, or with a reason that stays secret, reads nothing about used tries', async () => {
    for (const standing of ['rejected ×1', 'rejected, final', 'inherited rejected'] as const)
      expect(JSON.stringify(await pageOf(situation(standing, 'nothing')))).not.toContain('used_up');
  });
});

/** The texts of the paragraphs of a page. */
function paragraphsOf({ blocks = [] }: Page): (string | false)[] {
  return blocks.map((block) => block.kind === 'paragraph' && english(block.text));
}

describe('the limit of attempts', () => {
  it('a person over the limit of attempts reads the reason and the time of the next try', async () => {
    let record = newRecord(NOW - 40 * DAY);
    for (let n = 5; n > 0; n -= 1) {
      record = readStatusAs(withAttempt(record, NOW - n * DAY), 'TOKEN_EXPIRED', NOW - n * DAY + HOUR).record;
    }
    const page = await pageOf(record);
    expect(actionOf(page)).toBe('text: You can start a new identity check from 14 February 2026 at 12:00 UTC.');
    expect(paragraphsOf(page)).toEqual(['You have used all your attempts for now.']);
  });
});

describe('the waiting time before another try', () => {
  it('a person who has to wait reads the reason of the rejection, of the wait, and its end, rounded up to the minute', async () => {
    const { ctx } = createInMemoryContext(withAgreement(situation('rejected ×1', 'nothing'), CONSENT, NOW).record);
    const shown = await loadView(ctx, { identityId: IDENTITY, inherited: null });
    const page = statusPage({ ...shown, refusal: { why: 'not-yet', until: NOW + DAY + 1 } }, FIELDS);
    expect(actionOf(page)).toBe('text: You can start a new identity check from 21 January 2026 at 12:01 UTC.');
    expect(paragraphsOf(page)).toEqual([
      expect.stringMatching(/^The photo of your document could not be read\./),
      'You need to wait a while between two attempts.',
    ]);
  });
});

describe('a granted attempt', () => {
  const granted = (standing: StandingName) =>
    applied(grantAttempt(situation(standing, 'nothing'), 'op', null, NOW), NOW).record;

  it.each<StandingName>(['approved', 'review'])(
    'a person with a granted attempt is asked to verify again although the status is %s',
    async (standing) => {
      const page = await pageOf(granted(standing));
      expect(english(page.sentence)).toBe('We need a new identity check from you.');
      expect(actionOf(page)).toBe('button: Verify your identity again');
    },
  );

  it('a person with a granted attempt still reads of the rejection', async () => {
    expect(english((await pageOf(granted('rejected, final'))).title)).toBe('We could not verify your identity');
  });
});

describe('an expired approval that only the operator may renew', () => {
  it.each([undefined, 'https://acme.example/help'])(
    'an expired approval that only the operator may renew is not presented as a mistake; support: %s',
    async (support) => {
      const { ctx } = createInMemoryContext(situation('approved', 'nothing'));
      const shown = await loadView(ctx, { identityId: IDENTITY, inherited: null });
      const refusal = { why: 'too-old', until: undefined } as const;
      const expired: View = { ...shown, status: 'expired', isApprovalExpired: true, refusal };
      const page = statusPage(expired, { ...FIELDS, support });
      expect(english(page.sentence)).toBe('We verified your identity some time ago and need to check it again.');
      expect(JSON.stringify(page)).not.toContain('next.support');
      expect(page.action.kind).toBe(support === undefined ? 'text' : 'link');
    },
  );
});

describe('a page without a return URL', () => {
  it('a page without a return URL says that it may be closed', async () => {
    const page = await pageOf(situation('approved', 'nothing'), {});
    expect(actionOf(page)).toBe('text: You can close this page.');
  });
});
