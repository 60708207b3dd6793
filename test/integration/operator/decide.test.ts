import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findLink } from '../../../webhook/verification/person/index.ts';
import { decide } from '../../support/builders/people.ts';
import type { ParsedPage } from '../../support/clients/browser.ts';
import { runCli } from '../../support/clients/cli.ts';
import { kratosDown, kratosFails } from '../../support/fakes/kratos.ts';
import { findCanaries } from '../../support/logs/canaries.ts';
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
import { recordOf, untilStatus } from '../../support/service/eventually.ts';
import type { TestService } from '../../support/service/service.ts';
import { HOUR } from '../../support/service/shifted-clock.ts';

let service: TestService;

/** Two must decide to approve. */
let forTwo: TestService;

beforeAll(async () => {
  service = await consoleService();
  forTwo = await consoleService({}, 'second_person: [approve]');
});

afterAll(async () => {
  await Promise.all([service.close(), forTwo.close()]);
});

async function kindsOf({ ctx }: TestService, id: string): Promise<string[]> {
  return (await ctx.ledger.events(id)).map(({ kind }) => kind);
}

async function eventOf({ ctx }: TestService, id: string, kind: string) {
  return (await ctx.ledger.events(id)).findLast((event) => event.kind === kind);
}

const pathOf = (id: string): string => `/operator/people/${id}`;

const CHOICE_WITH_FLAW = /id="flaw"[\s\S]*<fieldset aria-describedby="flaw">/;

const NOTE_WITH_FLAW = /id="flaw"[\s\S]*<input id="note"[^>]* aria-describedby="flaw" aria-invalid="true">/;

describe('the queue and a case', () => {
  it('the queue shows what waits, oldest first, with what Jumio found; a decision leads to the next case', async () => {
    const [first, second] = [await inReview(service), await inReview(service)];
    const browser = operatorBrowser(service, 'reviewer');
    const queue = await browser.get('/operator');
    expect(queue.body.indexOf(first)).toBeLessThan(queue.body.indexOf(second));
    expect(queue.body).toContain('usability.BLURRED');
    expect(queue.body).not.toContain('<button>Decide');
    const after = await decideAt(browser, first, APPROVE);
    expect(after.status).toBe(303);
    expect(after.location).toBe(`${pathOf(second)}?done=approve&who=${first}#title`);
    await untilStatus(service, first, 'approved');
    expect(service.kratos.copies.get(first)).toMatchObject({ status: 'approved', source: 'operator' });
    const next = await browser.get(after.location?.split('#')[0] ?? '');
    expect(next.body).toContain('is approved');
    const last = await decideAt(browser, second, { ...REJECT, note: 'seen twice' });
    expect(last.location).toContain('/operator?done=reject');
    expect((await browser.get('/operator')).body).toContain('Nobody waits');
  });

  it('an event names the operator by their id and never by their name, with reason, note and door', async () => {
    const id = await inReview(service);
    await decideAt(operatorBrowser(service, 'reviewer'), id, { ...REJECT, note: 'pattern of the hologram' });
    expect((await eventOf(service, id, 'overridden'))?.detail).toEqual({
      verdict: 'FAILED',
      reason: 'forged-document',
      note: 'pattern of the hologram',
      by: STAFF.reviewer.id,
      previous: 'review',
      door: 'console',
    });
    const { body } = await operatorBrowser(service, 'viewer').get(pathOf(id));
    expect(body).toContain(STAFF.reviewer.name);
    for (const event of await service.ctx.ledger.events(id))
      for (const { name } of Object.values(STAFF)) expect(JSON.stringify(event)).not.toContain(name);
  });

  it('a new attempt shows the one-time link once, and the person stays in review until they have tried', async () => {
    const id = await inReview(service);
    const browser = operatorBrowser(service, 'reviewer');
    const page = await decideAt(browser, id, { choice: 'new_attempt:unclear-pictures' });
    expect(page.status).toBe(200);
    expect(textOf(page)).toMatch(/https:\/\/verify\.example\.com\/jumio\/enter\?code=[\w-]{22}/);
    expect((await recordOf(service, id)).identity.attemptGrantedAt).not.toBeNull();
    const again = await browser.get(pathOf(id));
    expect(again.body).not.toContain('/jumio/enter');
    expect(again.body).not.toContain('new_attempt:');
    await decideAt(browser, id, APPROVE);
  });

  it('a lost link of a granted attempt is made anew, and the older one ends; without a grant there is none', async () => {
    const id = await inReview(service);
    const browser = operatorBrowser(service, 'reviewer');
    expect((await decideAt(browser, id, {}, 'link')).status).toBe(404);
    const code = (page: ParsedPage) => /code=([\w-]{22})/.exec(textOf(page))?.[1] ?? '';
    const first = code(await decideAt(browser, id, { choice: 'new_attempt:unclear-pictures' }));
    expect((await browser.get(pathOf(id))).body).toContain('Make a new link');
    const second = code(await decideAt(browser, id, {}, 'link'));
    expect([first, second].map(({ length }) => length)).toEqual([22, 22]);
    const found = await Promise.all([first, second].map((token) => findLink(service.ctx, token)));
    expect(found.map((link) => link?.identityId)).toEqual([undefined, id]);
    const made = (await service.ctx.ledger.events(id)).filter(({ kind }) => kind === 'address_issued');
    expect(made.map(({ detail }) => detail)).toEqual([
      { purpose: 'restart', by: STAFF.reviewer.id },
      { purpose: 'restart', by: STAFF.reviewer.id },
    ]);
    await decideAt(browser, id, APPROVE);
  });

  it.each([
    ['no choice', { note: '' }],
    ['a reason that is not in the list', { choice: 'approve:because' }],
    ['a reason of another act', { choice: 'approve:forged-document' }],
    ['an e-mail address in the note', { ...APPROVE, note: 'ann@example.com' }],
    ['a long number in the note', { ...APPROVE, note: 'passport 123456' }],
    ['two lines in the note', { ...APPROVE, note: 'a\nb' }],
  ])('%s decides nothing, and the form says what to do', async (_what, fields) => {
    const id = await inReview(service);
    const browser = operatorBrowser(service, 'reviewer');
    const page = await decideAt(browser, id, fields);
    expect(page.status).toBe(400);
    expect(page.body).toContain('role="alert"');
    // The flaw stands before the field that it is about, and the field names it.
    const field = 'note' in fields && fields.note !== '' ? NOTE_WITH_FLAW : CHOICE_WITH_FLAW;
    expect(page.body).toMatch(field);
    expect((await recordOf(service, id)).verifications).toHaveLength(1);
    await decideAt(browser, id, APPROVE);
  });

  it('what an operator takes is shown to the others for half an hour, and locks nothing', async () => {
    const id = await inReview(service);
    const [one, other] = [operatorBrowser(service, 'reviewer'), operatorBrowser(service, 'approver')];
    await decideAt(one, id, {}, 'take');
    expect((await other.get('/operator')).body).toContain(STAFF.reviewer.name);
    expect((await one.get('/operator?mine=yes')).body).toContain(id);
    expect((await other.get('/operator?mine=yes')).body).not.toContain(id);
    service.clock.advance(31 * 60_000);
    expect((await other.get('/operator')).body).not.toContain(STAFF.reviewer.name);
    const fresh = operatorBrowser(service, 'approver');
    expect((await decideAt(fresh, id, APPROVE)).status).toBe(303);
  });

  it('an id that nobody has is 404, and so is one that is none', async () => {
    const browser = operatorBrowser(service, 'viewer');
    service.kratos.instead.read = () => kratosFails({ operation: 'read', status: 404, code: 'identity-not-found' });
    expect((await browser.get(pathOf(randomUUID()))).status).toBe(404);
    service.kratos.instead.read = () => kratosDown('read');
    const unknown = await browser.get(pathOf(randomUUID()));
    expect([unknown.status, unknown.headers['retry-after']]).toEqual([503, expect.anything()]);
    service.kratos.instead.read = undefined;
    expect((await browser.get(pathOf('nobody'))).status).toBe(404);
    expect((await browser.get('/operator/nothing')).status).toBe(404);
  });
});

describe('two press at once', () => {
  it('the second page says who was first and when, and nothing of it is decided', async () => {
    const id = await inReview(service);
    const [one, other] = [operatorBrowser(service, 'reviewer'), operatorBrowser(service, 'approver')];
    const [seen, same] = [await one.get(pathOf(id)), await other.get(pathOf(id))];
    const both = await Promise.all([
      one.post({ ...seen.fields, ...APPROVE }, `${pathOf(id)}/decision`),
      other.post({ ...same.fields, ...REJECT }, `${pathOf(id)}/decision`),
    ]);
    expect(new Set(both.map(({ status }) => status))).toEqual(new Set([303, 409]));
    const late = both.find(({ status }) => status === 409);
    expect(late && titleOf(late)).toBe('The case has changed');
    const { identity, verifications } = await recordOf(service, id);
    expect(verifications.filter(({ source }) => source === 'operator')).toHaveLength(1);
    const winner = identity.standing === 'approved' ? STAFF.reviewer : STAFF.approver;
    expect(late?.body).toContain(winner.name);
    expect(late?.body).toMatch(/<time datetime=/);
  });

  it('a form that is sent once more is 409, also after an answer of Jumio and after a command', async () => {
    const browser = operatorBrowser(service, 'reviewer');
    const id = await inReview(service);
    const before = await browser.get(pathOf(id));
    await runCli(service, ['override', id, '--reject', '--reason', 'seen', '--by', 'carol', '--yes']);
    const page = await browser.post({ ...before.fields, ...APPROVE }, `${pathOf(id)}/decision`);
    expect(page.status).toBe(409);
    expect(page.body).toContain('carol');
    const other = await inReview(service);
    const seen = await browser.get(pathOf(other));
    // A settled execution is read once an hour; the operator signs in again meanwhile.
    service.clock.advance(2 * HOUR);
    await decide(service, other, 'PASSED');
    const again = operatorBrowser(service, 'reviewer');
    const { fields } = await again.get('/operator/search');
    expect((await again.post({ ...seen.fields, ...fields, ...REJECT }, `${pathOf(other)}/decision`)).status).toBe(409);
    expect((await recordOf(service, other)).identity.standing).toBe('approved');
  });
});

describe('two people', () => {
  it('the first proposes and the second confirms: the event has both', async () => {
    const id = await inReview(forTwo);
    const [one, other] = [operatorBrowser(forTwo, 'reviewer'), operatorBrowser(forTwo, 'approver')];
    const proposed = await decideAt(one, id, { ...APPROVE, note: 'looks right' });
    expect(proposed.location).toContain('done=proposed');
    expect((await recordOf(forTwo, id)).identity.standing).toBe('review');
    expect((await other.get('/operator?why=proposed')).body).toContain(id);
    const page = await other.get(pathOf(id));
    expect(page.body).toContain('looks right');
    expect((await decideAt(other, id, {}, 'confirm')).status).toBe(303);
    expect((await eventOf(forTwo, id, 'overridden'))?.detail).toMatchObject({
      by: STAFF.approver.id,
      proposed_by: STAFF.reviewer.id,
      reason: 'document-checked-by-hand',
      note: 'looks right',
    });
    expect((await recordOf(forTwo, id)).identity).toMatchObject({ standing: 'approved', proposedAt: null });
  });

  it('nobody confirms what they proposed: not by the page, not by sending a form again, not by a command', async () => {
    const id = await inReview(forTwo);
    const browser = operatorBrowser(forTwo, 'approver');
    await decideAt(browser, id, APPROVE);
    const own = await browser.get(pathOf(id));
    expect(own.body).not.toContain('/confirm');
    const confirmed = await browser.post(own.fields, `${pathOf(id)}/confirm`);
    expect({ status: confirmed.status, title: titleOf(confirmed) }).toEqual({
      status: 403,
      title: 'Somebody else must confirm this',
    });
    expect((await browser.post({ ...own.fields, ...APPROVE }, `${pathOf(id)}/decision`)).status).toBe(409);
    const env = { OPERATORS: forTwo.config.OPERATORS === undefined ? '' : YAML };
    const reason = ['--reason', 'document-checked-by-hand'];
    for (const by of [STAFF.approver.name, STAFF.approver.id, STAFF.reviewer.name]) {
      const ran = await runCli(forTwo, ['override', id, '--approve', ...reason, '--by', by, '--yes'], { env });
      expect(ran.code).toBe(2);
    }
    expect((await recordOf(forTwo, id)).identity.standing).toBe('review');
    await decideAt(browser, id, {}, 'turn-down');
    expect(await kindsOf(forTwo, id)).toContain('withdrawn');
  });

  it('a command only drafts, whatever name it gives: two who have signed in propose and confirm', async () => {
    const id = await inReview(forTwo);
    const command = ['override', id, '--approve', '--reason', 'document-checked-by-hand', '--yes', '--by'];
    const options = { env: { OPERATORS: YAML } };
    expect((await runCli(forTwo, [...command, 'carol'], options)).code).toBe(2);
    expect((await runCli(forTwo, [...command, STAFF.viewer.name], options)).code).toBe(2);
    // The approver at a command, in the name of the reviewer.
    const ran = await runCli(forTwo, [...command, STAFF.reviewer.name], options);
    expect(ran).toMatchObject({ code: 0 });
    expect(ran.out).toContain('two operators decide it at the console');
    const [approver, reviewer] = [operatorBrowser(forTwo, 'approver'), operatorBrowser(forTwo, 'reviewer')];
    const page = await approver.get(pathOf(id));
    expect(textOf(page)).toContain(`a command, in the name of ${STAFF.reviewer.name}`);
    expect(page.body).not.toContain('/confirm');
    const confirmed = await approver.post(page.fields, `${pathOf(id)}/confirm`);
    expect({ status: confirmed.status, title: titleOf(confirmed) }).toEqual({
      status: 403,
      title: 'Nobody has proposed this here',
    });
    expect((await decideAt(reviewer, id, {}, 'turn-down')).status).toBe(403);
    expect((await recordOf(forTwo, id)).identity.standing).toBe('review');
    // The operator who becomes its author does not confirm it, and a second command changes nothing.
    expect((await decideAt(approver, id, APPROVE)).location).toContain('done=proposed');
    expect((await runCli(forTwo, [...command, STAFF.reviewer.name], options)).code).toBe(2);
    const own = await approver.get(pathOf(id));
    expect((await approver.post(own.fields, `${pathOf(id)}/confirm`)).status).toBe(403);
    await decideAt(approver, id, {}, 'turn-down');
    await decideAt(reviewer, id, APPROVE);
    expect((await decideAt(approver, id, {}, 'confirm')).status).toBe(303);
    expect((await eventOf(forTwo, id, 'overridden'))?.detail).toMatchObject({
      by: STAFF.approver.id,
      proposed_by: STAFF.reviewer.id,
    });
  });

  it('a command without the list decides nothing that two must decide, and says what it lacks', async () => {
    const id = await inReview(forTwo);
    const ran = await runCli(forTwo, ['override', id, '--approve', '--reason', 'seen', '--by', 'carol', '--yes']);
    expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('OPERATORS is not set here')]);
    expect((await recordOf(forTwo, id)).identity.standing).toBe('review');
    const rejected = await runCli(forTwo, ['override', id, '--reject', '--reason', 'seen', '--by', 'carol', '--yes']);
    expect(rejected.code).toBe(0);
  });

  it('a proposal ends when Jumio answers, after 72 hours, and with an erasure', async () => {
    const [changed, old, erased] = [await inReview(forTwo), await inReview(forTwo), await inReview(forTwo)];
    for (const id of [changed, old, erased]) await decideAt(operatorBrowser(forTwo, 'reviewer'), id, APPROVE);
    const approver = operatorBrowser(forTwo, 'approver');
    const pages = new Map<string, Readonly<Record<string, string>>>();
    for (const id of [changed, old, erased]) pages.set(id, (await approver.get(pathOf(id))).fields);
    forTwo.clock.advance(2 * HOUR);
    await decide(forTwo, changed, 'REJECTED');
    await runCli(forTwo, ['erase', erased, '--by', 'carol', '--yes']);
    forTwo.clock.advance(72 * HOUR);
    const fresh = operatorBrowser(forTwo, 'approver');
    const { fields } = await fresh.get('/operator/search');
    for (const id of [changed, old, erased]) {
      const sent = { ...pages.get(id), _csrf: fields._csrf };
      expect((await fresh.post(sent, `${pathOf(id)}/confirm`)).status).toBe(409);
      expect((await kindsOf(forTwo, id)).filter((kind) => kind === 'overridden')).toEqual([]);
    }
    expect((await recordOf(forTwo, erased)).identity).toMatchObject({ proposedAt: null, proposedNote: null });
  });

  it('what is not in second_person one operator decides', async () => {
    const id = await inReview(forTwo);
    await decideAt(operatorBrowser(forTwo, 'reviewer'), id, REJECT);
    expect((await recordOf(forTwo, id)).identity.standing).toBe('rejected');
  });
});

describe('what nobody may read', () => {
  it('no page, line of the log or event has a trait of the person', async () => {
    const id = await inReview(service);
    const secret = `canary-of-a-trait-${randomUUID()}`;
    service.kratos.identifiers.set(`${secret}@example.com`, id);
    service.kratos.traitsOf.set(id, { '/name': secret });
    const browser = operatorBrowser(service, 'approver');
    const { fields } = await browser.get('/operator/search');
    const found = await browser.post({ ...fields, name: `${secret}@example.com` }, '/operator/search');
    expect(found.location).toBe(`${pathOf(id)}#title`);
    const texts = [JSON.stringify(await service.ctx.ledger.events(id))];
    for (const path of [
      '',
      '/search',
      '/numbers',
      '/service',
      '/audit',
      '/numbers.csv',
      '/audit.jsonl',
      `/people/${id}`,
    ])
      texts.push((await browser.get(`/operator${path}`)).body);
    for (const text of texts) expect(text).not.toContain('canary-of-a-trait');
    expect(findCanaries(texts.join('\n'))).toEqual([]);
  });
});

const YAML = [
  'people:',
  ...Object.entries(STAFF).map(([role, { id, name }]) => `  ${id}: { name: ${name}, role: ${role} }`),
  'second_person: [approve]',
].join('\n');
