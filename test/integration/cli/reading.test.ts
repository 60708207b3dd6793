import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Ledger } from '../../../webhook/ledger/ledger.ts';
import type { IdentityRecord, LedgerEvent } from '../../../webhook/model.ts';
import { updateIdentity, updateVerification } from '../../../webhook/verification/record/record.ts';
import { newSignUp, openOn, put } from '../../contract/ledger/world.ts';
import { decide, signedUp } from '../../support/builders/people.ts';
import { validate } from '../../support/clients/calls.ts';
import { runCli } from '../../support/clients/cli.ts';
import { refusingUrl } from '../../support/fakes/http-server.ts';
import { kratosFails } from '../../support/fakes/kratos.ts';
import { CANARIES, findCanaries } from '../../support/logs/canaries.ts';
import { postgres, sqlite, whyNoPostgres } from '../../support/service/databases.ts';
import { recordOf } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';
import { createShiftedClock, DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const noPostgres = await whyNoPostgres();

if (noPostgres) console.log(`the commands on PostgreSQL: ${noPostgres}`);

const DATABASES = noPostgres ? [sqlite] : [sqlite, postgres];

function lines(out: string): Record<string, unknown>[] {
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
}

describe.each(DATABASES)('commands that read, on $dialect', (database) => {
  async function world() {
    const clock = createShiftedClock();
    // Noon (UTC): some minutes ago is the same day, whenever this runs.
    clock.advance(1.5 * DAY - (clock.now() % DAY));
    const databaseUrl = await database.fresh();
    const ledger = await openOn(database, databaseUrl, clock.now());
    return { beside: { clock, databaseUrl }, ledger, now: clock.now() };
  }

  async function person(
    ledger: Ledger,
    at: number,
    change: (s: IdentityRecord) => IdentityRecord = (s) => s,
    events: LedgerEvent[] = [],
  ) {
    const record = change(newSignUp(at));
    await ledger.change(record.identity.id, at, () => ({ record, events }));
    return record;
  }

  it('report counts each day by verdict and by rule, with the median time to a decision', async () => {
    const { beside, ledger, now } = await world();
    const today = new Date(now).toISOString().slice(0, 10);
    for (const minutes of [1, 3, 10]) {
      const { identity, verifications } = await person(ledger, now - minutes * MINUTE);
      const verificationId = verifications[0]?.id ?? '';
      const detail = { verdict: minutes === 10 ? 'FAILED' : 'PASSED', reason: null, previous: null };
      const events = [{ kind: 'decided', verificationId, detail }];
      await ledger.change(identity.id, now, (record) => record && { record, events });
    }
    const refusal = { policy: 'abc', flow: null, kind: 'login' };
    // First seen today, but created long before: a backfill is no sign-up.
    await person(ledger, now, (record) => updateIdentity(record, { kratosCreatedAt: now - 2 * DAY }));
    await person(ledger, now - 2 * DAY, undefined, [{ kind: 'started' }, { kind: 'creation_paused' }]);
    await person(ledger, now, undefined, [
      { kind: 'blocked', detail: { ...refusal, rule: 0, name: 'rejected', status: 'rejected' } },
      { kind: 'would_block', detail: { ...refusal, rule: 3, name: null, status: 'pending' } },
      { kind: 'would_block', detail: { ...refusal, rule: 3, name: null, status: 'none' } },
      { kind: 'blocked', detail: { ...refusal, rule: null, name: null, status: 'unknown' } },
      { kind: 'undecided', detail: { ...refusal, rule: null, name: null, status: 'unknown' } },
    ]);
    const { code, out } = await runCli(beside, ['report', '--json']);
    const { days, stuck } = JSON.parse(out);
    expect(code).toBe(0);
    expect(days.at(-1)).toMatchObject({
      day: today,
      sign_ups: 4,
      decided: { PASSED: 2, FAILED: 1 },
      median_seconds: 180,
      blocked: { rejected: 1 },
      would_block: { 'rule 3': 2 },
      on_failure: 2,
    });
    expect(days[0]).toMatchObject({ sign_ups: 1, started: 1, creation_pauses: 1, median_seconds: null });
    expect(stuck).toEqual({});
    expect(JSON.parse((await runCli(beside, ['report', '--json', '--since', '1d'])).out).days).toHaveLength(1);
    const { out: text } = await runCli(beside, ['report']);
    expect(text).toContain(today);
    expect(text).toContain('would block');
  });

  it('report has the funnel of what began since then: people, attempts, reasons, schemas, times', async () => {
    const { beside, ledger, now } = await world();
    const attempt = (minutes: number, patch: object) => (record: IdentityRecord) =>
      updateVerification(record, record.verifications[0]?.id ?? '', { requestedAt: now - minutes * MINUTE, ...patch });
    const decidedAs = (decision: string, reason: string | null) => ({
      state: 'decided',
      jumioStatus: 'PROCESSED',
      decision,
      reason,
      completedAt: now,
    });
    const agreed = [{ kind: 'consent' }];
    for (const minutes of [1, 2, 3, 10]) await person(ledger, now, attempt(minutes, decidedAs('PASSED', null)), agreed);
    await person(ledger, now, attempt(5, decidedAs('FAILED', 'unreadable')), agreed);
    await person(ledger, now, attempt(5, { state: 'started', jumioStatus: 'ACQUIRED' }), agreed);
    await person(ledger, now, attempt(5, { state: 'expired', jumioStatus: 'SESSION_EXPIRED', attempt: 2 }), agreed);
    await person(ledger, now, attempt(5, { state: 'expired', jumioStatus: 'TOKEN_EXPIRED' }), [{ kind: 'declined' }]);
    // Neither of these began since then, nor is a backfilled identity asked.
    await person(ledger, now - 20 * DAY, attempt(20 * 24 * 60, decidedAs('PASSED', null)));
    await person(ledger, now, (record) =>
      updateIdentity({ ...record, verifications: [] }, { kratosCreatedAt: now - 2 * DAY }),
    );
    const { funnel } = JSON.parse((await runCli(beside, ['report', '--json'])).out);
    expect(funnel).toEqual({
      asked: 8,
      agreed: 7,
      declined: 1,
      requested: 8,
      reached_jumio: 7,
      captured: 6,
      decided: 5,
      approved: 4,
      expired: 2,
      second_tries: 1,
      seconds_to_verdict_p50: 180,
      seconds_to_verdict_p90: 600,
      rejected_by_reason: [{ by: 'unreadable', count: 1 }],
      approved_by_schema: [{ by: 'unknown', count: 4 }],
    });
    const { out: csv } = await runCli(beside, ['report', '--csv']);
    expect(csv.split('\n').slice(0, 3)).toEqual(['what,by,count', 'asked,,8', 'agreed,,7']);
    expect(csv).toContain('\nrejected_by_reason,unreadable,1\napproved_by_schema,unknown,4\n');
    expect((await runCli(beside, ['report'])).out).toMatch(/From request to verdict: +p50 3 min, p90 10 min/);
    expect(await runCli(beside, ['report', '--csv', '--json'])).toMatchObject({ code: 2, out: '' });
  });

  it('list --stuck prints every identity that needs an operator, and no other', async () => {
    const { beside, ledger, now } = await world();
    const row = (patch: object) => (record: IdentityRecord) =>
      updateVerification(record, record.verifications[0]?.id ?? '', patch);
    const made: Record<string, IdentityRecord> = {
      publish_stuck: await person(ledger, now, (s) => updateIdentity(s, { publishRefused: true })),
      gone: await person(ledger, now, (s) => updateIdentity(s, { deletedInKratos: true, missingSince: now - DAY })),
      parked: await person(ledger, now, row({ createRefused: true, lastError: 'status 400' })),
      not_created: await person(ledger, now, row({ attempts: 3, lastError: 'timeout' })),
      unreadable: await person(ledger, now, row({ state: 'started', attempts: 5, lastError: 'status 500' })),
      contradiction: await person(ledger, now, undefined, [{ kind: 'contradiction' }]),
      eid_unread: await person(ledger, now, (s) =>
        updateIdentity(s, {
          eidCheck: 'sign-up',
          eidReportedSince: now - 2 * HOUR,
          eidReportedAt: now,
          eidFailures: 3,
        }),
      ),
      erase_owed: await person(ledger, now, (s) => updateIdentity(s, { erasedAt: now - 2 * HOUR, jumioDue: now })),
    };
    await person(ledger, now);
    // One reported just now, and one that a sign-in reported long after its sign-up: neither has been retried for long.
    await person(ledger, now, (s) => updateIdentity(s, { eidCheck: 'linked', eidReportedSince: now, eidFailures: 1 }));
    await person(ledger, now, (s) => updateIdentity(s, { eidCheck: 'sign-up', eidReportedSince: now - DAY }));
    await ledger.budgets.stop('Jumio answers 403', now);
    const { code, out } = await runCli(beside, ['list', '--stuck', '--json']);
    const [pause, ...listed] = lines(out);
    expect(code).toBe(0);
    expect(pause).toMatchObject({ kind: 'creation_paused', reason: 'Jumio answers 403' });
    expect(listed.map(({ kind, identity }) => [kind, identity])).toEqual(
      Object.entries(made).map(([kind, { identity }]) => [kind, identity.id]),
    );
    const counts = Object.fromEntries(Object.keys(made).map((kind) => [kind, 1]));
    expect(JSON.parse((await runCli(beside, ['report', '--json'])).out)).toMatchObject({ stuck: counts });
  });

  it('list --status streams all identities of a status, page after page, with their age', async () => {
    const { beside, ledger, now } = await world();
    const ids = Array.from({ length: 601 }, () => randomUUID()).sort();
    for (let from = 0; from < ids.length; from += 100)
      await Promise.all(ids.slice(from, from + 100).map((id) => put(ledger, newSignUp(now - HOUR, id), now)));
    const { out } = await runCli(beside, ['list', '--status', 'pending', '--json']);
    expect(lines(out).map(({ identity }) => identity)).toEqual(ids);
    expect(lines(out)[0]).toMatchObject({ kind: 'pending', since: new Date(now - HOUR).toISOString() });
    const none = await runCli(beside, ['list', '--status', 'approved', '--json']);
    expect(none).toMatchObject({ code: 0, out: '', err: 'No identity is approved.\n' });
  });
});

describe('list', () => {
  it('list requires exactly one question', async () => {
    const beside = { clock: createShiftedClock(), databaseUrl: 'file:/nowhere' };
    for (const args of [['list'], ['list', '--stuck', '--status', 'none'], ['list', '--status', 'odd']])
      expect(await runCli(beside, args)).toMatchObject({ code: 2, out: '' });
  });
});

describe('status', () => {
  async function rejected() {
    const service = await testService();
    const { id } = await signedUp(service);
    await decide(service, id, 'REJECTED');
    return { service, id };
  }

  it.each([
    ['alone', CANARIES.email],
    ['with blanks around it', `  ${CANARIES.email} `],
  ])('status - reads the address from the standard input (%s), and prints no byte of it', async (_how, answer) => {
    const service = await testService();
    const { id } = await signedUp(service);
    service.kratos.identifiers.set(CANARIES.email, id);
    const { code, out, err, asked } = await runCli(service, ['status', '-', '--json'], { answer });
    expect([code, JSON.parse(out).identity, asked.length]).toEqual([0, id, 1]);
    expect(findCanaries(out + err)).toEqual([]);
  });

  it('status - reads an id from the standard input', async () => {
    const service = await testService();
    const { id } = await signedUp(service);
    const { code, out } = await runCli(service, ['status', '-', '--json'], { answer: id.toUpperCase() });
    expect([code, JSON.parse(out).identity]).toEqual([0, id]);
  });

  it('status - with an empty standard input says what is missing, and exits with 2', async () => {
    const service = await testService();
    const { code, out, err } = await runCli(service, ['status', '-']);
    expect([code, out]).toEqual([2, '']);
    expect(err).toContain('standard input');
  });

  it('status prints standing and reason, due jobs, and the effect on a sign-in, and prints no secret', async () => {
    const { service, id } = await rejected();
    await validate(service, { kratos_identity_id: id, metadata_public: { jumio: service.kratos.copies.get(id) } });
    service.kratos.identifiers.set(CANARIES.email, id);
    const { code, out, err } = await runCli(service, ['status', CANARIES.email, '--json']);
    const facts = JSON.parse(out);
    expect({ code, err }).toEqual({ code: 0, err: '' });
    expect(facts).toMatchObject({
      identity: id,
      status: 'rejected',
      waiting_on: 'operator',
      why: 'Jumio rejected it (other)',
      kratos: { found: true, metadata_public_jumio: { status: 'rejected' }, differences: [] },
      gate: { now: { decision: 'block', status: 'rejected', rule: { index: 1 } } },
      attempts: [{ attempt: 1, source: 'jumio', state: 'decided', decision: 'FAILED' }],
    });
    expect(facts.events.map(({ kind }: { kind: string }) => kind)).toEqual(
      expect.arrayContaining(['requested', 'started', 'decided', 'published']),
    );
    const { out: text } = await runCli(service, ['status', id]);
    for (const title of ['Attempts', 'Stored', 'Gate', 'Due next', 'Timeline']) expect(text).toContain(`\n${title}\n`);
    expect(findCanaries(out + text)).toEqual([]);
  });

  it('status says why a person is blocked: what Jumio found, and where to see it', async () => {
    const service = await testService();
    const { id } = await signedUp(service);
    const { executionId, accountId } = service.jumio.latest(id);
    service.jumio.latest(id).findings = ['liveness.NO_FACE_PRESENT', 'usability.BLURRED'];
    await decide(service, id, 'REJECTED');
    const env = { JUMIO_PORTAL_URL: 'https://portal.example.com/{account}?show={execution}' };
    const page = `https://portal.example.com/${accountId}?show=${executionId}`;
    const facts = JSON.parse((await runCli(service, ['status', id, '--json'], { env })).out);
    const because = { found: ['liveness.NO_FACE_PRESENT', 'usability.BLURRED'], portal_url: page };
    expect(facts).toMatchObject({ because, attempts: [because] });
    const { out } = await runCli(service, ['status', id], { env });
    expect(out).toMatch(/^Jumio found: +liveness\.NO_FACE_PRESENT, usability\.BLURRED$/m);
    expect(out).toMatch(new RegExp(`^At Jumio: +${page.replace('?', '\\?')}$`, 'm'));
    const bare = await runCli(service, ['status', id, '--json']);
    expect(JSON.parse(bare.out).because.portal_url).toBeNull();
  });

  it('status asks the running service what it applies, and says where that differs from what the command reads', async () => {
    const { service, id } = await rejected();
    const { port } = new URL(await service.app.listen({ port: 0, host: '127.0.0.1' }));
    const same = JSON.parse((await runCli(service, ['status', id, '--json'], { env: { PORT: port } })).out);
    expect(same.service).toMatchObject({ problem: null, mode: 'enforce', differences: [] });
    const env = { PORT: port, POLICY: '{ rules: [{ then: allow }] }', GATE_MODE: 'shadow' };
    const other = JSON.parse((await runCli(service, ['status', id, '--json'], { env })).out);
    expect(other.service.differences).toMatchObject([
      { name: 'POLICY', running: service.ctx.policy.hash },
      { name: 'GATE_MODE', running: 'enforce', here: 'shadow' },
    ]);
    const { out } = await runCli(service, ['status', id], { env });
    expect(out).toContain('applies something else than this command reads:\n');
    expect(out).toContain('  GATE_MODE: it has enforce, this command reads shadow\n');
    expect(out).toContain('Its sign-ins are decided by what it has.');
  });

  it('status says that the running service could not be asked, and why', async () => {
    const { service, id } = await rejected();
    const url = await refusingUrl();
    const { code, out } = await runCli(service, ['status', id], { env: { PORT: new URL(url).port } });
    expect([code, out]).toEqual([
      0,
      expect.stringContaining(`What the running service applies is not known (${url}): ECONNREFUSED.`),
    ]);
  });

  it('what Jumio found is neither published nor shown to the person', async () => {
    const service = await testService();
    const { id, browser } = await signedUp(service);
    service.jumio.latest(id).findings = ['usability.BLURRED'];
    await decide(service, id, 'REJECTED', 'unreadable');
    const page = await browser.get('/jumio/status');
    const events = await service.ctx.ledger.events(id);
    const { identity, verifications } = await recordOf(service, id);
    expect(verifications[0]?.findings).toBe('usability.BLURRED');
    const elsewhere = JSON.stringify([identity.content, ...service.kratos.copies.values(), events]);
    expect(`${elsewhere} ${page.body}`).not.toContain('BLURRED');
  });

  it('status names differences in Kratos, and reports an unreachable Kratos', async () => {
    const { service, id } = await rejected();
    service.kratos.copies.set(id, { status: 'approved' });
    const seen = JSON.parse((await runCli(service, ['status', id, '--json'])).out);
    expect(seen.kratos.differences).toEqual(['metadata_public.jumio is not what we published']);
    service.kratos.instead.read = () => kratosFails({ operation: 'read', failure: 'timeout' });
    const down = JSON.parse((await runCli(service, ['status', id, '--json'])).out);
    expect(down).toMatchObject({ status: 'rejected', kratos: { found: null, unreachable: 'kratos read: timeout' } });
  });

  it('status shows an identity that only Kratos knows, and exits with 2 for an unknown one', async () => {
    const { service } = await rejected();
    const id = randomUUID();
    service.kratos.copies.set(id, { status: 'approved' });
    const { out } = await runCli(service, ['status', id, '--json']);
    expect(JSON.parse(out)).toMatchObject({ status: 'approved', ledger: null, gate: { now: { decision: 'allow' } } });
    service.kratos.instead.read = () => kratosFails({ operation: 'read', code: 'identity-not-found', status: 404 });
    expect(await runCli(service, ['status', randomUUID()])).toMatchObject({ code: 2, out: '' });
    service.kratos.instead.read = () => kratosFails({ operation: 'read', failure: 'timeout' });
    const unknown = await runCli(service, ['status', randomUUID()]);
    expect(unknown).toMatchObject({ code: 1, out: '', err: 'kratos read: timeout\n' });
  });
});
