import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decide } from '../../support/builders/people.ts';
import { runCli } from '../../support/clients/cli.ts';
import {
  APPROVE,
  consoleService,
  decideAt,
  inReview,
  operatorBrowser,
  operatorsYaml,
  STAFF,
  titleOf,
} from '../../support/operator/console.ts';
import { recordOf, signUp } from '../../support/service/eventually.ts';
import type { TestService } from '../../support/service/service.ts';

const OWN = STAFF.reviewer.id;

const path = `/operator/people/${OWN}`;

let service: TestService;

beforeAll(async () => {
  service = await consoleService({ EVIDENCE: 'images' }, 'second_person: [reject]');
  await signUp(service, OWN);
  service.jumio.latest(OWN).findings = ['watchlistScreening.ALERT'];
  await decide(service, OWN, 'WARNING');
});

afterAll(() => service.close());

describe('an operator of whom Jumio warned', () => {
  it('reads nothing of their own case, on no page', async () => {
    const browser = operatorBrowser(service, 'reviewer');
    for (const url of [path, `${path}/evidence`]) {
      const page = await browser.get(url);
      expect({ url, status: page.status, title: titleOf(page) }).toEqual({
        url,
        status: 403,
        title: 'This case is about you',
      });
      expect(page.body).not.toContain('ALERT');
    }
    const queue = await browser.get('/operator');
    expect(queue.body).toContain(OWN);
    expect(queue.body).not.toContain('ALERT');
    expect((await operatorBrowser(service, 'approver').get(path)).body).toContain('watchlistScreening.ALERT');
    expect(service.jumio.calls.evidence).toEqual([]);
  });

  it('decides, proposes, confirms and takes nothing about themself: not by a form of somebody else’s, and not by a command', async () => {
    const browser = operatorBrowser(service, 'reviewer');
    const { fields } = await operatorBrowser(service, 'approver').get(path);
    const { fields: own } = await browser.get('/operator/search');
    for (const action of ['decision', 'turn-down', 'take', 'evidence']) {
      const sent = await browser.post({ ...fields, ...own, ...APPROVE, reason: 'audit' }, `${path}/${action}`);
      expect([action, sent.status, titleOf(sent)]).toEqual([action, 403, 'This case is about you']);
    }
    const env = { OPERATORS: operatorsYaml('second_person: [reject]') };
    for (const by of [OWN, STAFF.reviewer.name]) {
      const args = ['override', OWN, '--approve', '--reason', 'document-checked-by-hand', '--by', by, '--yes'];
      const ran = await runCli(service, args, { env });
      expect([ran.code, ran.err]).toEqual([2, expect.stringContaining('nobody decides about themself')]);
    }
    expect((await recordOf(service, OWN)).identity).toMatchObject({
      standing: 'review',
      takenBy: null,
      proposedAt: null,
    });
  });

  it('is led to another case, and somebody else decides theirs', async () => {
    const other = await inReview(service);
    const last = await inReview(service);
    const browser = operatorBrowser(service, 'reviewer');
    expect((await decideAt(browser, other, APPROVE)).location).toContain(`/operator/people/${last}?`);
    expect((await decideAt(operatorBrowser(service, 'approver'), OWN, APPROVE)).status).toBe(303);
    expect((await recordOf(service, OWN)).identity.standing).toBe('approved');
  });
});
