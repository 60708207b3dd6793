import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { LedgerUnavailable } from '../../../webhook/errors.ts';
import { newIdentity } from '../../../webhook/verification/record/record.ts';
import { decide, signedUp } from '../../support/builders/people.ts';
import type { Browser } from '../../support/clients/browser.ts';
import { runCli } from '../../support/clients/cli.ts';
import {
  APPROVE,
  consoleService,
  decideAt,
  inReview,
  operatorBrowser,
  REJECT,
  STAFF,
  textOf,
  titleOf,
} from '../../support/operator/console.ts';
import { eventually, recordOf } from '../../support/service/eventually.ts';
import type { TestService } from '../../support/service/service.ts';
import { HOUR } from '../../support/service/shifted-clock.ts';

const NEW_ATTEMPT = { choice: 'new_attempt:unclear-pictures' };

const ALL = 'second_person: [approve, reject, new_attempt]';

let service: TestService;

/** Two must decide everything. */
let forTwo: TestService;

beforeAll(async () => {
  service = await consoleService();
  forTwo = await consoleService({}, ALL);
});

afterAll(async () => {
  await Promise.all([service.close(), forTwo.close()]);
});

beforeEach(async () => {
  vi.restoreAllMocks();
  for (const one of [service, forTwo]) {
    one.kratos.signOut();
    await emptied(one);
  }
});

/** Decides whatever waits, so that each test has the queue to itself. */
async function emptied({ ctx, clock }: TestService): Promise<void> {
  const now = clock.now();
  const all = await ctx.ledger.cases.waiting({ takenSince: now, proposedSince: 0, limit: 100 });
  for (const { identity } of all)
    await ctx.ledger.change(identity, now, (record) => {
      if (record === undefined) return undefined;
      const { identity: row } = record;
      return { record: { ...record, identity: { ...row, erasedAt: now } } };
    });
}

const pathOf = (id: string): string => `/operator/people/${id}`;

function nextOf(page: { readonly location: string | undefined }): string | undefined {
  return page.location?.match(/people\/([0-9a-f-]{36})/)?.[1];
}

async function three(of: TestService): Promise<readonly [string, string, string]> {
  return [await inReview(of), await inReview(of), await inReview(of)];
}

async function decidedBy(of: TestService, type: 'PASSED' | 'REJECTED'): Promise<string> {
  const { id } = await signedUp(of);
  await decide(of, id, type);
  return id;
}

function idsOn({ body }: { readonly body: string }): string[] {
  return [...body.matchAll(/<td><a href="\/operator\/people\/([0-9a-f-]{36})"/g)].map(([, id = '']) => id);
}

describe('the next case', () => {
  it('after a proposal is one that this operator has not proposed about, through the whole queue', async () => {
    const [one, two, last] = await three(forTwo);
    const browser = operatorBrowser(forTwo, 'reviewer');
    expect(nextOf(await decideAt(browser, one, APPROVE))).toBe(two);
    expect(nextOf(await decideAt(browser, two, APPROVE))).toBe(last);
    expect((await decideAt(browser, last, APPROVE)).location).toContain('/operator?done=proposed');
    // Another reviewer cannot confirm, and an approver can.
    const approver = operatorBrowser(forTwo, 'approver');
    expect(nextOf(await decideAt(approver, one, {}, 'confirm'))).toBe(two);
  });

  it('is none that waits on the person, and none that somebody else is at work on', async () => {
    const [one, two, last] = await three(service);
    const browser = operatorBrowser(service, 'reviewer');
    const granted = await decideAt(browser, one, NEW_ATTEMPT);
    expect(granted.body).toContain(`href="${pathOf(two)}"`);
    await decideAt(operatorBrowser(service, 'approver'), last, {}, 'take');
    expect((await decideAt(browser, two, APPROVE)).location).toContain('/operator?done=approve');
    const own = await inReview(service);
    await decideAt(browser, own, {}, 'take');
    expect(nextOf(await decideAt(operatorBrowser(service, 'approver'), last, APPROVE))).toBeUndefined();
    service.clock.advance(31 * 60_000);
    const fresh = operatorBrowser(service, 'approver');
    const another = await inReview(service);
    expect(nextOf(await decideAt(fresh, another, APPROVE))).toBe(own);
  });
});

describe('a ledger that fails when the decision is written already', () => {
  const failing = () => Promise.reject(new LedgerUnavailable('the ledger is unavailable'));

  it('the operator is told that it was decided, and gets the link of a granted attempt', async () => {
    const [one, two] = await three(service);
    const browser = operatorBrowser(service, 'reviewer');
    const [page, other] = [await browser.get(pathOf(one)), await browser.get(pathOf(two))];
    vi.spyOn(service.ctx.ledger.cases, 'waiting').mockImplementation(failing);
    const decided = await browser.post({ ...page.fields, ...APPROVE }, `${pathOf(one)}/decision`);
    expect(decided.location).toBe(`/operator?done=approve&who=${one}#title`);
    const change = vi.spyOn(service.ctx.ledger, 'change');
    const granted = await browser.post({ ...other.fields, ...NEW_ATTEMPT }, `${pathOf(two)}/decision`);
    expect(textOf(granted)).toMatch(/\/jumio\/enter\?code=[\w-]{22}/);
    // Grant and link are one write: a process that ends between two would leave a grant that nobody can use.
    expect(change.mock.calls.filter(([id]) => id === two)).toHaveLength(1);
  });

  it('where it is not known whether it was decided, the page says so, and a page that only shows says nothing of it', async () => {
    const id = await inReview(service);
    const browser = operatorBrowser(service, 'reviewer');
    const { fields } = await browser.get(pathOf(id));
    const { ledger } = service.ctx;
    const change = ledger.change.bind(ledger);
    vi.spyOn(ledger, 'change').mockImplementationOnce(async (...args) => {
      await change(...args);
      return failing();
    });
    const sent = await browser.post({ ...fields, ...APPROVE }, `${pathOf(id)}/decision`);
    expect(sent.status).toBe(503);
    expect(sent.body).not.toContain('Nothing was decided');
    expect(textOf(sent)).toContain('It is not known whether this was done');
    expect((await recordOf(service, id)).identity.standing).toBe('approved');
    vi.spyOn(ledger.cases, 'waiting').mockImplementation(failing);
    const shown = await browser.get('/operator');
    expect(shown.status).toBe(503);
    expect(shown.body).not.toMatch(/decided|done/);
  });
});

describe('the notice of what was done', () => {
  it('is that of a press of this operator, and of no address that somebody made', async () => {
    const [id, other] = [await inReview(service), await inReview(service)];
    const browser = operatorBrowser(service, 'reviewer');
    const address = (done: string, who: string) => `/operator?${new URLSearchParams({ done, who }).toString()}`;
    for (const done of ['approve', 'reject', 'proposed', 'turned_down'])
      expect((await browser.get(address(done, other))).body).not.toContain('role="status"');
    await decideAt(browser, id, REJECT);
    expect((await browser.get(address('reject', id))).body).toContain('is rejected');
    expect((await browser.get(address('approve', id))).body).not.toContain('role="status"');
    const elsewhere = operatorBrowser(service, 'approver');
    expect((await elsewhere.get(address('reject', id))).body).not.toContain('role="status"');
  });
});

describe('a proposal', () => {
  it('about somebody who is not in review stands in the queue and under its filter, the oldest first', async () => {
    const [rejected, approved, review] = [
      await decidedBy(forTwo, 'REJECTED'),
      await decidedBy(forTwo, 'PASSED'),
      await inReview(forTwo),
    ];
    const browser = operatorBrowser(forTwo, 'reviewer');
    for (const [id, choice] of [
      [rejected, APPROVE],
      [approved, REJECT],
      [review, APPROVE],
    ] as const) {
      forTwo.clock.advance(1_000);
      await decideAt(browser, id, choice);
    }
    const approver = operatorBrowser(forTwo, 'approver');
    const queue = await approver.get('/operator');
    expect(idsOn(queue).toSorted()).toEqual([rejected, approved, review].toSorted());
    expect(queue.body).toContain('3 cases wait');
    expect(queue.body).toContain('a decision is proposed');
    expect(idsOn(await approver.get('/operator?why=proposed'))).toEqual([rejected, approved, review]);
    expect(nextOf(await decideAt(approver, rejected, {}, 'confirm'))).toBe(review);
    // One that has ended by its age stands nowhere.
    forTwo.clock.advance(73 * HOUR);
    const later = operatorBrowser(forTwo, 'approver');
    expect(idsOn(await later.get('/operator?why=proposed'))).toEqual([]);
    expect(idsOn(await later.get('/operator'))).toEqual([review]);
  });

  it('leaves to others what one may decide alone, and says who confirms it', async () => {
    const own = await consoleService({}, 'second_person: [approve]');
    try {
      const id = await inReview(own);
      await decideAt(operatorBrowser(own, 'approver'), id, APPROVE);
      const page = await operatorBrowser(own, 'reviewer').get(pathOf(id));
      expect(page.body).toContain('An approver confirms it');
      expect(page.body).not.toMatch(/name="choice" value="approve:|\/confirm"|\/turn-down"/);
      expect((await decideAt(operatorBrowser(own, 'reviewer'), id, REJECT)).status).toBe(303);
      expect((await recordOf(own, id)).identity).toMatchObject({ standing: 'rejected', proposedAt: null });
    } finally {
      await own.close();
    }
  });
});

describe('the queue', () => {
  it('with the filter of warnings has nobody who was in review before, and the other way round', async () => {
    const warned = await inReview(service);
    const inherited = randomUUID();
    const now = service.clock.now();
    await service.ctx.ledger.change(inherited, now, () => ({
      record: newIdentity({ id: inherited, inherited: 'review' }, now),
    }));
    const browser = operatorBrowser(service, 'viewer');
    expect(idsOn(await browser.get('/operator?why=warning'))).toEqual([warned]);
    expect(idsOn(await browser.get('/operator?why=inherited'))).toEqual([inherited]);
  });

  it('has nobody who was erased, and an older pass of theirs does not come back', async () => {
    const { id } = await signedUp(service);
    const now = service.clock.now();
    await decide(service, id, 'REJECTED');
    await service.ctx.ledger.change(id, now, (record) => {
      if (record === undefined) return undefined;
      const [row] = record.verifications;
      if (row === undefined) return undefined;
      const older = {
        ...row,
        id: randomUUID(),
        decision: 'PASSED' as const,
        reason: null,
        attempt: 2,
        executionId: null,
      };
      return { record: { ...record, verifications: [row, { ...older, completedAt: (row.completedAt ?? 0) + 1 }] } };
    });
    const browser = operatorBrowser(service, 'viewer');
    expect(idsOn(await browser.get('/operator?why=late_pass'))).toEqual([id]);
    await runCli(service, ['erase', id, '--by', 'carol', '--yes']);
    expect(idsOn(await browser.get('/operator'))).toEqual([]);
    expect((await recordOf(service, id)).identity.latePassAt).toBeNull();
    expect((await runCli(service, ['list', '--stuck'])).out).not.toContain(id);
  });

  it('and a case show what Jumio found to reviewers, and not to a viewer', async () => {
    const id = await inReview(service);
    const pages = async (browser: Browser) =>
      (await Promise.all(['/operator', pathOf(id)].map((path) => browser.get(path)))).map(({ body }) => body);
    for (const body of await pages(operatorBrowser(service, 'reviewer'))) expect(body).toContain('usability.BLURRED');
    for (const body of await pages(operatorBrowser(service, 'viewer'))) {
      expect(body).not.toContain('BLURRED');
      expect(body).toContain('for reviewers');
    }
  });
});

describe('an answer of Jumio that finds something else', () => {
  it('with the same decision: a form of before decides nothing, a proposal ends, and the timeline says it', async () => {
    const [id, proposed] = [await inReview(service), await inReview(forTwo)];
    const browser = operatorBrowser(service, 'reviewer');
    const seen = await browser.get(pathOf(id));
    await decideAt(operatorBrowser(forTwo, 'reviewer'), proposed, APPROVE);
    for (const [of, who] of [
      [service, id],
      [forTwo, proposed],
    ] as const) {
      const { decision } = of.jumio.latest(who);
      if (decision === undefined) throw new Error('it has decided');
      of.jumio.latest(who).decision = { ...decision, findings: ['usability.BLURRED', 'watchlistScreening.ALERT'] };
      expect((await runCli(of, ['recheck', who, '--force'])).code).toBe(0);
      of.worker.wake();
      await eventually(async () =>
        expect((await of.ctx.ledger.events(who)).map(({ kind }) => kind)).toContain('findings_changed'),
      );
    }
    const late = await browser.post({ ...seen.fields, ...APPROVE }, `${pathOf(id)}/decision`);
    expect({ status: late.status, title: titleOf(late) }).toEqual({ status: 409, title: 'The case has changed' });
    expect(late.body).toContain('other findings for the same decision');
    expect((await recordOf(service, id)).identity.standing).toBe('review');
    expect((await recordOf(forTwo, proposed)).identity.proposedAt).toBeNull();
    const confirmed = await decideAt(operatorBrowser(forTwo, 'approver'), proposed, {}, 'confirm');
    expect({ status: confirmed.status, title: titleOf(confirmed) }).toEqual({
      status: 409,
      title: 'This proposal has ended',
    });
  });
});

describe('the page that a late press gets', () => {
  it('says what happened since, and nothing of before', async () => {
    const id = await inReview(service);
    service.clock.advance(1_000);
    const browser = operatorBrowser(service, 'reviewer');
    const { fields } = await browser.get(pathOf(id));
    service.clock.advance(1_000);
    await decideAt(operatorBrowser(service, 'approver'), id, REJECT);
    const late = await browser.post({ ...fields, ...APPROVE }, `${pathOf(id)}/decision`);
    const [list = ''] = /<ul>[\s\S]*<\/ul>/.exec(late.body.split('<h1')[1] ?? '') ?? [];
    expect(textOf({ ...late, body: list })).toContain(`decided by an operator, by ${STAFF.approver.name}`);
    expect(list).not.toContain('decided by Jumio');
  });
});
