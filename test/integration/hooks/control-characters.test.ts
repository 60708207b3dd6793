import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { callback, callbackOf, initiate, signed, validate } from '../../support/clients/calls.ts';
import { agreementBody, nativeProgram } from '../../support/clients/programs.ts';
import { postgres, sqlite, whyNoPostgres } from '../../support/service/databases.ts';
import { eventually, recordOf, signUp } from '../../support/service/eventually.ts';
import { type TestService, testService } from '../../support/service/service.ts';

const noPostgres = await whyNoPostgres();

if (noPostgres) console.log(`control characters in bodies on PostgreSQL: ${noPostgres}`);

const DATABASES = noPostgres ? [sqlite] : [sqlite, postgres];

const NUL = '\u0000';

function errorsOf({ logs }: TestService): unknown[] {
  return logs.lines().filter(({ level }) => Number(level) >= 50);
}

describe.each(DATABASES)('control characters in bodies, on $dialect', (database) => {
  const service = async () => testService({ databaseUrl: await database.fresh() });

  it.each([NUL, '\u001b[2J', 'a\nb', '\ud800'])(
    'a sign-up whose texts hold %j is recorded, and each of them counts as absent',
    async (hostile) => {
      const here = await service();
      const id = randomUUID();
      const flow = { method: hostile, return_to: `https://app.example.com/account/${hostile}` };
      const body = { kratos_identity_id: id, schema_id: `person${hostile}`, accept_language: `de${hostile}`, flow };
      expect((await initiate(here, body)).statusCode).toBe(204);
      const { identity, verifications } = await recordOf(here, id);
      expect(identity).toMatchObject({ schemaId: null, locale: null });
      expect(verifications).toHaveLength(1);
      expect(errorsOf(here)).toEqual([]);
    },
  );

  it('a sign-in whose texts hold NUL is decided, its event is written, and nothing waits to be written', async () => {
    const policy = 'rules: [{ when: { status: none }, then: block }, { then: allow }]';
    const here = await testService({ databaseUrl: await database.fresh(), env: { POLICY: policy } });
    const id = randomUUID();
    const flow = { kind: 'login', id: `flow${NUL}`, method: `password${NUL}` };
    const body = { kratos_identity_id: id, schema_id: `person${NUL}`, metadata_public: null, flow };
    expect((await validate(here, body)).statusCode).toBe(403);
    await eventually(async () => {
      const events = await here.ctx.ledger.events(id);
      expect(events.map(({ kind }) => kind)).toContain('blocked');
    });
    expect(errorsOf(here)).toEqual([]);
  });

  it('a sign-in whose flow holds half a surrogate pair keeps no report of the operator from being made', async () => {
    const here = await service();
    const copy = { metadata_public: { jumio: { status: 'rejected' } } };
    const body = { kratos_identity_id: randomUUID(), ...copy, flow: { kind: 'login', id: 'flow\ud800' } };
    expect((await validate(here, body)).statusCode).toBe(403);
    const { counts } = await here.ctx.ledger.reports.report(0);
    expect(counts).toMatchObject([{ kind: 'blocked', label: 'rejected', count: 1 }]);
  });

  it.each(['id', 'status'])('a signed callback whose %s holds NUL is 400, never a 5xx', async (member) => {
    const here = await service();
    const execution = await signUp(here, randomUUID());
    const good = JSON.parse(callbackOf(execution));
    const workflowExecution = { ...good.workflowExecution, [member]: `${good.workflowExecution[member]}${NUL}` };
    const body = JSON.stringify({ ...good, workflowExecution });
    for (const headers of [{}, signed(body)]) {
      const answer = await callback(here, body, headers);
      expect(answer.statusCode).toBe(400);
      expect(answer.json().title).toBe('The callback is not a JSON object as Jumio documents it');
    }
    expect((await callback(here, callbackOf(execution))).statusCode).toBe(200);
    expect(errorsOf(here)).toEqual([]);
  });

  it('a program whose language holds NUL is answered 400 that names the field', async () => {
    const here = await service();
    const id = randomUUID();
    await signUp(here, id);
    const answer = await nativeProgram(here, id).post(agreementBody(here, { language: `de${NUL}` }));
    expect(answer.statusCode).toBe(400);
    expect(answer.json()).toMatchObject({ errors: [{ pointer: '#/language' }] });
    expect(errorsOf(here)).toEqual([]);
  });

  it('a program whose consent names a version with NUL is answered 409, as for any other version', async () => {
    const here = await service();
    const id = randomUUID();
    await signUp(here, id);
    const answer = await nativeProgram(here, id).post({ consent: { text_version: `1${NUL}` } });
    expect(answer.statusCode).toBe(409);
    expect(errorsOf(here)).toEqual([]);
  });
});
