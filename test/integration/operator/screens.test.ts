import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNumbers } from '../../../webhook/verification/operator/console/numbers.ts';
import { toCsv } from '../../../webhook/verification/operator/csv.ts';
import { newIdentity } from '../../../webhook/verification/record/record.ts';
import type { Browser, ParsedPage } from '../../support/clients/browser.ts';
import { runCli } from '../../support/clients/cli.ts';
import { jumioFails } from '../../support/fakes/jumio.ts';
import { CANARIES } from '../../support/logs/canaries.ts';
import {
  APPROVE,
  age,
  consoleService,
  decideAt,
  inReview,
  operatorBrowser,
  REJECT,
  STAFF,
  textOf,
} from '../../support/operator/console.ts';
import { recordOf } from '../../support/service/eventually.ts';
import type { TestService } from '../../support/service/service.ts';

let service: TestService;

/** With `EVIDENCE=images`. */
let open: TestService;

let approver: Browser;

let decided: string;

beforeAll(async () => {
  service = await consoleService({ JUMIO_PORTAL_URL: 'https://portal.example.com/{account}/{execution}' });
  open = await consoleService({ EVIDENCE: 'images' });
  approver = operatorBrowser(service, 'approver');
  decided = await inReview(service);
  await decideAt(operatorBrowser(service, 'reviewer'), decided, { ...REJECT, note: '=1+1' });
});

afterAll(async () => {
  await Promise.all([service.close(), open.close()]);
});

async function searchFor(name: string): Promise<ParsedPage> {
  const { fields } = await approver.get('/operator/search');
  return approver.post({ ...fields, name }, '/operator/search');
}

describe('search', () => {
  it('finds a person by every id of theirs, and by exactly what they sign in with', async () => {
    const id = await inReview(service);
    const [row] = (await recordOf(service, id)).verifications;
    service.kratos.identifiers.set('ann@example.com', id);
    for (const name of [
      id,
      id.toUpperCase(),
      ` ${row?.id} `,
      row?.executionId ?? '',
      row?.accountId ?? '',
      'ann@example.com',
    ])
      expect((await searchFor(name)).location, name).toBe(`/operator/people/${id}#title`);
  });

  it('finds nobody by a part of it, and shows several people as links', async () => {
    for (const name of ['ann', '%', '', randomUUID().slice(0, 8)]) expect((await searchFor(name)).status).toBe(404);
    const [one, other] = [randomUUID(), randomUUID()];
    service.kratos.instead.find = async () => [one, other];
    const { status, body } = await searchFor('shared@example.com');
    service.kratos.instead.find = undefined;
    expect(status).toBe(200);
    expect([body.includes(one), body.includes(other), body.includes('shared@example.com')]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

describe('the other screens', () => {
  it('the case links each execution to the Jumio portal', async () => {
    const { accountId, executionId } = (await recordOf(service, decided)).verifications[0] ?? {};
    const page = await approver.get(`/operator/people/${decided}`);
    expect(textOf(page)).toContain(`https://portal.example.com/${accountId}/${executionId}`);
  });

  it('the audit has who did what, newest first, by name on the page and by id in the file; the export is in it too', async () => {
    await approver.get(`/operator/people/${decided}`);
    const page = await approver.get('/operator/audit');
    expect(page.body.indexOf('the case opened')).toBeLessThan(page.body.indexOf('decided by an operator'));
    expect(page.body).toContain(STAFF.reviewer.name);
    const file = await approver.get('/operator/audit.jsonl');
    const lines = file.body
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ kind: 'exported', detail: { by: STAFF.approver.id, what: 'audit' } });
    const override = lines.find(({ kind, identity }) => kind === 'overridden' && identity === decided);
    expect(override).toMatchObject({ detail: { by: STAFF.reviewer.id, verdict: 'FAILED' } });
    for (const { name } of Object.values(STAFF)) expect(file.body).not.toContain(name);
  });

  it('opening a case is one event in an hour for each operator', async () => {
    const viewer = operatorBrowser(service, 'viewer');
    for (let times = 0; times < 3; times += 1) await viewer.get(`/operator/people/${decided}`);
    const views = (await service.ctx.ledger.events(decided)).filter(
      ({ kind, detail }) => kind === 'case_viewed' && JSON.stringify(detail).includes(STAFF.viewer.id),
    );
    expect(views).toHaveLength(1);
  });

  it('the numbers count what was decided, as charts with their tables', async () => {
    const { body } = await approver.get('/operator/numbers?days=7');
    expect(body.match(/<svg class="chart"/g)).toHaveLength(4);
    expect(body.match(/role="img"/g)).toHaveLength(4);
    expect(body.match(/<table>/g)?.length).toBeGreaterThanOrEqual(4);
    expect(body).toContain(STAFF.reviewer.name);
    expect(body).not.toMatch(/NaN|undefined|Infinity/);
    const { headers, body: csv } = await approver.get('/operator/numbers.csv?days=7');
    expect(headers['content-type']).toContain('text/csv');
    const rows = csv.trim().split('\n');
    expect(rows).toHaveLength(8);
    expect(rows[0]).toMatch(/^day,sign_ups,/);
    expect(rows.at(-1)).toMatch(/,1,/);
    expect((await approver.get('/operator/numbers?days=1000')).status).toBe(200);
  });

  it('the share of approvals is of people in review, and an approval of anybody else is none of it', async () => {
    const { reviewed, approved } = await readNumbers(service.ctx, 7);
    const decide = (previous: string) => {
      const detail = { verdict: 'PASSED', previous, by: STAFF.approver.id };
      return service.ctx.ledger.note(service.clock.now(), { kind: 'overridden', detail }, decided);
    };
    await decide('rejected');
    await decide('pending');
    await decide('review');
    const now = await readNumbers(service.ctx, 7);
    expect([now.reviewed - reviewed, now.approved - approved]).toEqual([1, 1]);
  });

  it.each(['=1+1', '+1', '-1', '@sum', '\tx', '\rx'])('a cell of CSV that begins like %j is no formula', (text) => {
    expect(toCsv([[text]])).toMatch(/^"?'/);
  });

  it('the service page shows what is paused and stuck', async () => {
    expect((await approver.get('/operator/service')).body).toContain('Nothing is stuck');
    await service.ctx.ledger.budgets.pause('retrieval', service.clock.now(), 60_000);
    const { identity } = await recordOf(service, decided);
    await service.ctx.ledger.change(decided, service.clock.now(), (record) =>
      record ? { record: { ...record, identity: { ...identity, publishRefused: true } } } : undefined,
    );
    const { body } = await approver.get('/operator/service');
    expect(body).toContain('retrieval');
    expect(body).toContain('Kratos refuses our PATCH for good');
  });

  it('the queue goes on behind the last row, without gaps and repeats', async () => {
    const own = await consoleService();
    try {
      const now = own.clock.now();
      const ids = Array.from({ length: 60 }, () => randomUUID());
      for (const [index, id] of ids.entries())
        await own.ctx.ledger.change(id, now + Math.floor(index / 7), (record) => ({
          record: record ?? newIdentity({ id, inherited: 'review' }, now + Math.floor(index / 7)),
        }));
      const browser = operatorBrowser(own, 'viewer');
      const seen: string[] = [];
      for (let path: string | undefined = '/operator'; path !== undefined; ) {
        const page = textOf(await browser.get(path));
        seen.push(...[...page.matchAll(/<td><a href="\/operator\/people\/([0-9a-f-]{36})"/g)].map(([, id = '']) => id));
        path = /href="([^"]*after=[^"]*)"/.exec(page)?.[1];
      }
      expect(seen).toHaveLength(60);
      expect(new Set(seen)).toEqual(new Set(ids));
      const page = await browser.get('/operator?why=inherited&age=3d');
      expect(page.body).toContain('the filter may hide some');
      expect((await browser.get('/operator?why=inherited')).body).toContain('before this service knew the person');
      expect((await browser.get('/operator?why=late_pass&after=x&age=y')).status).toBe(200);
    } finally {
      await own.close();
    }
  });

  it('a search is in the audit, without what was searched for', async () => {
    const id = await inReview(service);
    service.kratos.identifiers.set('searched@example.com', id);
    for (const name of ['searched@example.com', 'nobody@example.com', id]) await searchFor(name);
    const events = (await service.ctx.ledger.cases.operatorEvents(3)).map(({ kind, detail, identity }) => ({
      kind,
      identity,
      detail,
    }));
    const by = STAFF.approver.id;
    expect(events).toEqual([
      { kind: 'searched', identity: null, detail: { by, for: 'id', found: 1 } },
      { kind: 'searched', identity: null, detail: { by, for: 'identifier', found: 0 } },
      { kind: 'searched', identity: null, detail: { by, for: 'identifier', found: 1 } },
    ]);
  });

  it('the case shows the newest events where there are very many, and says so', async () => {
    const id = await inReview(service);
    const now = service.clock.now();
    for (let n = 0; n < 250; n += 1)
      await service.ctx.ledger.note(now, { kind: 'blocked', detail: { n, rule: 'rejected' } }, id);
    const { body } = await approver.get(`/operator/people/${id}`);
    const [, timeline = ''] = body.split('<h2>Timeline</h2>');
    expect(timeline.match(/<tr>/g)).toHaveLength(201);
    expect(timeline).toContain('What happened last');
    expect(timeline).toContain('n 249');
    expect(timeline).not.toContain('n 49,');
    expect(timeline).toContain('<td>the person</td>');
    await decideAt(approver, id, APPROVE);
  });

  it('the service page shows some of each kind of trouble, however many there are of one', async () => {
    const own = await consoleService();
    const now = own.clock.now();
    const stuck = async (changes: object) => {
      const id = randomUUID();
      await own.ctx.ledger.change(id, now, () => {
        const { identity, verifications } = newIdentity({ id, inherited: 'review' }, now);
        return { record: { verifications, identity: { ...identity, ...changes } } };
      });
      return id;
    };
    try {
      for (let n = 0; n < 25; n += 1) await stuck({ publishRefused: true });
      const gone = await stuck({ deletedInKratos: true });
      const { body } = await operatorBrowser(own, 'viewer').get('/operator/service');
      expect(body.match(/Kratos refuses our PATCH/g)).toHaveLength(20);
      expect(body).toContain(gone);
      expect(body).toContain('There are more');
    } finally {
      await own.close();
    }
  });
});

describe('evidence', () => {
  const path = (id: string): string => `/operator/people/${id}/evidence`;

  async function look(browser: Browser, id: string, reason = 'to_decide'): Promise<ParsedPage> {
    const { fields } = await browser.get(path(id));
    return browser.post({ ...fields, reason }, path(id));
  }

  it('is off by default: there is no such page, and Jumio is never asked', async () => {
    const id = await inReview(service);
    const browser = operatorBrowser(service, 'approver');
    expect((await browser.get(`/operator/people/${id}`)).body).not.toContain('/evidence');
    for (const url of [path(id), '/operator/evidence?ticket=x']) expect((await browser.get(url)).status).toBe(404);
    expect(service.jumio.calls.evidence).toEqual([]);
    await decideAt(browser, id, APPROVE);
  });

  it('is an event before Jumio is asked, passes through, and is stored nowhere', async () => {
    const id = await inReview(open);
    const browser = operatorBrowser(open, 'reviewer');
    let known: string[] = [];
    open.jumio.instead.evidence = async (ids) => {
      known = (await open.ctx.ledger.events(id)).map(({ kind }) => kind);
      open.jumio.instead.evidence = undefined;
      return open.jumio.evidence(ids);
    };
    const page = await look(browser, id);
    expect(page.status).toBe(200);
    expect(known).toContain('evidence_viewed');
    expect(page.body).toContain(CANARIES.trait);
    const sources = [...textOf(page).matchAll(/<img src="([^"]*)"/g)].map(([, source = '']) => source);
    expect(sources).toHaveLength(3);
    const [front = ''] = sources;
    const image = await browser.get(front);
    expect(image.headers).toMatchObject({
      'content-type': 'image/png',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(open.jumio.calls.image).toEqual(['FRONT']);
    expect(JSON.stringify(await open.ctx.ledger.events(id))).not.toContain(CANARIES.trait);
    expect(JSON.stringify(await recordOf(open, id))).not.toContain(CANARIES.trait);
    // Of another operator, later, and changed: nothing.
    expect((await operatorBrowser(open, 'approver').get(front)).status).toBe(404);
    expect((await browser.get(front.replace(/.$/, ''))).status).toBe(404);
    open.clock.advance(61_000);
    expect((await operatorBrowser(open, 'reviewer').get(front)).status).toBe(404);
    expect(open.jumio.calls.image).toEqual(['FRONT']);
  });

  it('is refused to a viewer, to a sign-in that is too old, without a reason, and about somebody else', async () => {
    const id = await inReview(open);
    const before = open.jumio.calls.evidence.length;
    expect((await operatorBrowser(open, 'viewer').get(path(id))).status).toBe(403);
    const browser = operatorBrowser(open, 'approver');
    expect((await look(browser, id, 'curiosity')).status).toBe(400);
    const { fields } = await browser.get(path(id));
    age(open);
    expect((await browser.post({ ...fields, reason: 'audit' }, path(id))).status).toBe(403);
    expect(open.jumio.calls.evidence).toHaveLength(before);
    open.kratos.authentications.set(STAFF.approver.id, { level: 'aal2' });
    open.jumio.instead.evidence = async () => ({
      customerInternalReference: randomUUID(),
      texts: [{ name: 'lastName', value: 'canary-of-another' }],
      parts: [],
    });
    const foreign = await look(operatorBrowser(open, 'approver'), id);
    open.jumio.instead.evidence = undefined;
    expect(foreign.status).toBe(409);
    expect(foreign.body).not.toContain('canary-of-another');
  });

  it('is of the attempt whose row was chosen, and of nobody else’s', async () => {
    const [id, other] = [await inReview(open), await inReview(open)];
    open.kratos.authentications.set(STAFF.reviewer.id, { level: 'aal2' });
    const browser = operatorBrowser(open, 'reviewer');
    const [row] = (await recordOf(open, id)).verifications;
    expect(textOf(await browser.get(`/operator/people/${id}`))).toContain(`href="${path(id)}?attempt=${row?.id}"`);
    const page = await browser.get(`${path(id)}?attempt=${row?.id}`);
    const shown = await browser.post({ ...page.fields, reason: 'to_decide' }, path(id));
    expect(shown.body).toContain('What Jumio has of attempt 1');
    expect(open.jumio.calls.evidence.at(-1)?.executionId).toBe(row?.executionId);
    const [foreign] = (await recordOf(open, other)).verifications;
    const before = open.jumio.calls.evidence.length;
    const sent = await browser.post({ ...page.fields, attempt: foreign?.id, reason: 'to_decide' }, path(id));
    expect([sent.status, open.jumio.calls.evidence.length]).toEqual([404, before]);
  });

  it('has no picture of somebody who was erased since, and a picture that does not come says why', async () => {
    const [id, refused] = [await inReview(open), await inReview(open)];
    open.kratos.authentications.set(STAFF.reviewer.id, { level: 'aal2' });
    const browser = operatorBrowser(open, 'reviewer');
    const pictureOf = async (who: string) => /<img src="([^"]*)"/.exec(textOf(await look(browser, who)))?.[1] ?? '';
    const [picture, other] = [await pictureOf(id), await pictureOf(refused)];
    open.jumio.instead.image = () => jumioFails({ operation: 'image', status: 403 });
    const none = await browser.get(other);
    open.jumio.instead.image = undefined;
    expect([none.status, none.body.includes('It answered 403')]).toEqual([503, true]);
    const asked = open.jumio.calls.image.length;
    await runCli(open, ['erase', id, '--by', 'carol', '--yes']);
    expect((await browser.get(picture)).status).toBe(404);
    expect(open.jumio.calls.image).toHaveLength(asked);
  });

  it('a refusal of Jumio is shown and audited, and so is that somebody wanted to look', async () => {
    const id = await inReview(open);
    open.kratos.authentications.set(STAFF.approver.id, { level: 'aal2' });
    open.jumio.instead.evidence = () => jumioFails({ operation: 'details', status: 403 });
    const page = await look(operatorBrowser(open, 'approver'), id);
    open.jumio.instead.evidence = undefined;
    expect(page.status).toBe(503);
    expect(page.body).toContain('403');
    const events = (await open.ctx.ledger.events(id)).map(({ kind }) => kind);
    expect(events.slice(-2)).toEqual(['evidence_viewed', 'evidence_refused']);
  });

  it('leaves the calls to Jumio that people need, and shows nothing of the erased', async () => {
    const id = await inReview(open);
    open.kratos.authentications.set(STAFF.approver.id, { level: 'aal2' });
    const now = open.clock.now();
    await open.ctx.ledger.budgets.pause('retrieval', now, 60_000);
    const before = open.jumio.calls.evidence.length;
    expect((await look(operatorBrowser(open, 'approver'), id)).status).toBe(503);
    open.clock.advance(61_000);
    await runCli(open, ['erase', id, '--by', 'carol', '--yes']);
    expect((await look(operatorBrowser(open, 'approver'), id)).status).toBe(404);
    expect(open.jumio.calls.evidence).toHaveLength(before);
  });
});
