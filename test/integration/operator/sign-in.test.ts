import { randomUUID } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openBrowser, type ParsedPage } from '../../support/clients/browser.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import {
  APPROVE,
  age,
  consoleService,
  decideAt,
  inReview,
  operatorBrowser,
  operatorsYaml,
  STAFF,
  textOf,
  titleOf,
} from '../../support/operator/console.ts';
import { freshFolder } from '../../support/service/databases.ts';
import { recordOf } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

let service: TestService;

let person: string;

beforeAll(async () => {
  service = await consoleService();
  person = await inReview(service);
});

afterAll(() => service.close());

beforeEach(() => {
  for (const { id } of Object.values(STAFF)) service.kratos.authentications.set(id, { level: 'aal2' });
});

const PAGES = ['', '/search', '/numbers', '/numbers.csv', '/service', '/audit', '/audit.jsonl'];

/** Every page of the console, that of a case too. */
function pages(): string[] {
  return [...PAGES.map((path) => `/operator${path}`), `/operator/people/${person}`, `/operator/people/${randomUUID()}`];
}

/** The address of the sign-in holds the id that the stranger sent, and the page nothing else of a person. */
function saysNothing(page: ParsedPage): void {
  const shown = textOf(page).replaceAll(`people%2F${person}`, '');
  expect(shown).not.toContain(person);
  expect(shown).not.toMatch(/<table|review|BLURRED/);
}

describe('who is answered', () => {
  it('without OPERATORS every path of the console is 404', async () => {
    const plain = await testService({ idle: true });
    for (const url of [...pages(), '/operator/style.css'])
      expect((await plain.app.inject({ method: 'GET', url })).statusCode, url).toBe(404);
  });

  it('nobody who is not signed in is shown anything, and a link leads to the sign-in and back', async () => {
    const stranger = openBrowser(service);
    for (const path of pages()) {
      const page = await stranger.get(path);
      expect(page.status, path).toBe(401);
      saysNothing(page);
    }
    expect(textOf(await stranger.get('/operator/audit'))).toContain(
      'https://auth.example.com/self-service/login/browser?return_to=https%3A%2F%2Fverify.example.com%2Foperator%2Faudit',
    );
  });

  it.each([
    ['somebody who is not in the list', { level: 'aal2' }, randomUUID(), 'You are not an operator here'],
    ['an operator without a second factor', { level: 'aal1' }, STAFF.approver.id, 'Sign in with a second factor'],
    [
      'an operator of whose level Kratos says nothing',
      { level: undefined },
      STAFF.approver.id,
      'Sign in with a second factor',
    ],
  ])('%s is refused on every page', async (_who, session, id, title) => {
    service.kratos.authentications.set(id, session.level === undefined ? {} : { level: session.level });
    const browser = openBrowser(service, service.kratos.signIn(id));
    for (const path of pages()) {
      const page = await browser.get(path);
      expect({ path, status: page.status, title: titleOf(page) }).toEqual({ path, status: 403, title });
      expect(page.body).not.toContain('BLURRED');
    }
    const sent = await browser.post({ _csrf: 'x', ...APPROVE }, `/operator/people/${person}/decision`);
    expect(sent.status).toBe(403);
    expect((await recordOf(service, person)).verifications).toHaveLength(1);
  });

  it('a header, a trait or the metadata of an identity makes nobody an operator', async () => {
    const id = randomUUID();
    const cookie = service.kratos.signIn(id);
    service.kratos.traitsOf.set(id, { '/role': 'approver' });
    const headers = { cookie, 'x-forwarded-user': STAFF.approver.id, 'x-forwarded-email': 'ann@example.com' };
    const answer = await service.app.inject({ method: 'GET', url: '/operator', headers });
    expect(answer.statusCode).toBe(403);
    const alone = { ...headers, cookie: '' };
    expect((await service.app.inject({ method: 'GET', url: '/operator', headers: alone })).statusCode).toBe(401);
  });

  it('while Kratos does not answer, nobody is, and the page says so', async () => {
    const browser = operatorBrowser(service, 'approver');
    service.kratos.instead.whoami = () => kratosDown('whoami');
    expect((await browser.get('/operator')).status).toBe(503);
    service.kratos.instead.whoami = undefined;
    expect((await browser.get('/operator')).status).toBe(200);
  });

  it('a role that is taken away in the file counts at the next request, without a restart', async () => {
    const path = join(await freshFolder(), 'operators.yaml');
    await writeFile(path, operatorsYaml());
    const own = await consoleService({ OPERATORS: undefined, OPERATORS_FILE: path });
    try {
      const browser = operatorBrowser(own, 'approver');
      expect((await browser.get('/operator/audit')).status).toBe(200);
      await writeFile(path, operatorsYaml().replace('role: approver', 'role: viewer'));
      expect((await browser.get('/operator/audit')).status).toBe(403);
      expect((await browser.get('/operator')).status).toBe(200);
      const lines = operatorsYaml().split('\n');
      await writeFile(path, lines.filter((line) => !line.includes(STAFF.approver.id)).join('\n'));
      expect(titleOf(await browser.get('/operator'))).toBe('You are not an operator here');
      await writeFile(path, 'people: [');
      expect((await browser.get('/operator')).status).toBe(503);
    } finally {
      await own.close();
    }
  });
});

describe('what a role may do', () => {
  it.each([
    ['viewer', '/operator/audit', 403],
    ['viewer', '/operator/numbers.csv', 403],
    ['reviewer', '/operator/audit.jsonl', 403],
    ['viewer', '/operator/numbers', 200],
    ['approver', '/operator/audit', 200],
  ] as const)('a %s gets %s: %i', async (role, path, status) => {
    expect((await operatorBrowser(service, role).get(path)).status).toBe(status);
  });

  it('a viewer sees the case without a form, and a form that they send decides nothing', async () => {
    const viewer = operatorBrowser(service, 'viewer');
    const page = await viewer.get(`/operator/people/${person}`);
    expect(page.status).toBe(200);
    expect(page.body).not.toContain('<form');
    const { fields } = await viewer.get('/operator/search');
    for (const action of ['decision', 'confirm', 'turn-down', 'take', 'release'])
      expect((await viewer.post({ ...fields, ...APPROVE }, `/operator/people/${person}/${action}`)).status).toBe(403);
    expect((await recordOf(service, person)).verifications).toHaveLength(1);
  });

  it('a sign-in that is too old looks, and decides nothing: the page says what to do', async () => {
    const browser = operatorBrowser(service, 'reviewer');
    const { fields } = await browser.get(`/operator/people/${person}`);
    age(service);
    const old = await browser.get(`/operator/people/${person}`);
    expect(old.status).toBe(200);
    expect(old.body).not.toContain('name="choice"');
    expect(textOf(old)).toContain('refresh=true');
    const sent = await browser.post({ ...fields, ...APPROVE }, `/operator/people/${person}/decision`);
    expect({ status: sent.status, title: titleOf(sent) }).toEqual({ status: 403, title: 'Sign in again' });
    expect((await recordOf(service, person)).verifications).toHaveLength(1);
  });

  it('a form without the token of this operator decides nothing', async () => {
    const page = await operatorBrowser(service, 'approver').get(`/operator/people/${person}`);
    const reviewer = operatorBrowser(service, 'reviewer');
    const own = await reviewer.get(`/operator/people/${person}`);
    for (const csrf of [undefined, '', page.fields._csrf]) {
      const sent = await reviewer.post(
        { ...own.fields, ...APPROVE, _csrf: csrf },
        `/operator/people/${person}/decision`,
      );
      expect(sent.status).toBe(403);
    }
    expect((await recordOf(service, person)).verifications).toHaveLength(1);
  });

  it('no page of the console may be framed, cached, or run a script from elsewhere', async () => {
    const { headers, body } = await operatorBrowser(service, 'viewer').get('/operator');
    expect(headers['cache-control']).toBe('no-store');
    expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(body).not.toContain('<script');
    expect(body).not.toMatch(/ style=| on\w+=/);
  });

  it('with level aal1 each page says that it is for a demo', async () => {
    const own = await consoleService({}, 'level: aal1');
    try {
      own.kratos.authentications.clear();
      const { status, body } = await operatorBrowser(own, 'viewer').get('/operator');
      expect(status).toBe(200);
      expect(body).toContain('for a demo');
      expect((await operatorBrowser(service, 'viewer').get('/operator')).body).not.toContain('for a demo');
    } finally {
      await own.close();
    }
  });

  it('a decision is only that of somebody who may', async () => {
    const page = await decideAt(operatorBrowser(service, 'reviewer'), person, APPROVE);
    expect(page.status).toBe(303);
    expect((await recordOf(service, person)).identity.standing).toBe('approved');
  });
});
