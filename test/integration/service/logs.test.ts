import { randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { AxiosError } from 'axios';
import { describe, expect, it, onTestFinished } from 'vitest';
import { LedgerUnavailable, UpstreamError } from '../../../webhook/errors.ts';
import { createLogger } from '../../../webhook/logging.ts';
import { openBrowser } from '../../support/clients/browser.ts';
import { callback, handover, hmac, initiate, oneTimePath, post, validate } from '../../support/clients/calls.ts';
import { agreementBody, program } from '../../support/clients/programs.ts';
import { faults } from '../../support/fakes/upstream-faults.ts';
import { CANARIES, findCanaries, HOSTED_LINK } from '../../support/logs/canaries.ts';
import { CAPTURE_VARIABLE, captureLogs } from '../../support/logs/capture.ts';
import { startCanaryUpstreams } from '../../support/logs/upstreams.ts';
import { eventually, passTime } from '../../support/service/eventually.ts';
import { lockLedger } from '../../support/service/locked-ledger.ts';
import { type TestService, testService } from '../../support/service/service.ts';
import { DAY, HOUR } from '../../support/service/shifted-clock.ts';

const CLASSES = Object.entries(CANARIES);

/** A logger and a capture like those of a test service, with a file of their own: here a leak is the aim. */
function separateLog() {
  const folder = mkdtempSync(join(tmpdir(), 'canaries-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'all.log');
  const logs = captureLogs(file);
  return { logger: createLogger('debug', logs), logs, kept: () => readFileSync(file, 'utf8') };
}

describe('the search for canaries', () => {
  it.each(CLASSES)('the search for canaries finds %s if logged on purpose', (_name, canary) => {
    const { logger, logs, kept } = separateLog();
    logger.info(`a text with ${canary} in it`);
    expect(findCanaries(logs.text())).toContain(canary.replace(/@.*/, ''));
    expect(kept()).toBe(logs.text());
  });

  it.each(CLASSES)('the search for canaries finds %s in a field, in a URL, in base64 and in hex', (_name, canary) => {
    const disguises = [
      (text: string) => encodeURIComponent(`x ${text} x`),
      (text: string) => Buffer.from(`client:${text}:x`).toString('base64'),
      (text: string) => Buffer.from(`{"x":"${text}"}`).toString('base64url'),
      (text: string) => Buffer.from(text).toString('hex'),
    ];
    for (const disguise of disguises) {
      const { logger, logs } = separateLog();
      logger.info({ identity: disguise(canary) }, 'text');
      expect(findCanaries(logs.text())).not.toEqual([]);
    }
  });

  it('the search for canaries finds nothing in permitted log lines', () => {
    const { logger, logs } = separateLog();
    logger.info({ identity: randomUUID(), status: 204 }, 'request');
    expect(findCanaries(logs.text())).toEqual([]);
  });
});

describe('the logger', () => {
  const secret = CANARIES.trait;
  const answer = { data: secret, status: 401, statusText: secret, headers: { secret }, config: {} };
  const errors: readonly [string, unknown][] = [
    ['an error', new Error(secret)],
    ['an error of many lines', new Error(`x\n    at ${secret} (/x.ts:1:1)\n    at ${secret}:1:1\n`)],
    ['an error with a cause', new Error('x', { cause: new Error(secret) })],
    ['an error with fields', Object.assign(new Error('x'), { body: secret, input: secret })],
    ['an AxiosError', Object.assign(new AxiosError(secret), { response: answer, request: { secret } })],
    ['many errors', new AggregateError([new Error(secret)], secret)],
    ['what is no error', secret],
    ['an object', { secret }],
  ];

  it.each(errors)('the logger records kind and place of %s, and nothing of its contents', (_name, error) => {
    const { logger, logs } = separateLog();
    logger.error({ err: error }, 'a text of ours');
    logger.error({ err: error });
    if (typeof error === 'object' && error !== null) logger.error(error);
    logger.child({}).error({ err: error, stack: error instanceof Error ? error.stack : undefined }, 'ours');
    expect(findCanaries(logs.text())).toEqual([]);
    for (const line of logs.lines()) expect(line.msg).toBeTypeOf('string');
  });

  it('the logger records the message of our own errors', () => {
    const { logger, logs } = separateLog();
    logger.error(
      { err: new LedgerUnavailable('the SQLite file cannot be written', { cause: new Error(secret) }) },
      'x',
    );
    logger.warn(
      { upstream: new UpstreamError({ upstream: 'jumio', operation: 'create', failure: 'timeout' }).facts },
      'x',
    );
    const [first, second] = logs.lines();
    expect(first?.err).toMatchObject({ type: 'LedgerUnavailable', message: 'the SQLite file cannot be written' });
    expect(second?.upstream).toEqual({ upstream: 'jumio', operation: 'create', failure: 'timeout' });
    expect(findCanaries(logs.text())).toEqual([]);
  });

  it('the logger drops every field that is not on its list', () => {
    const { logger, logs } = separateLog();
    const request = { body: secret, headers: { cookie: secret }, query: secret, url: `/x?${secret}`, method: 'GET' };
    logger.info({ ...request, link: HOSTED_LINK, token: secret, traits: { email: secret }, req: request }, 'text');
    const [line] = logs.lines();
    expect(findCanaries(logs.text())).toEqual([]);
    expect(line).toEqual({ level: 30, time: expect.any(Number), req: expect.anything(), msg: 'text' });
  });
});

/** Sends valid and invalid requests to every route, with canaries wherever a caller can put them. */
async function visitEverything(service: TestService, id: string, reference: string, executionId: string) {
  const person = { email: CANARIES.email, first_name: CANARIES.trait, metadata_public: { x: CANARIES.trait } };
  const cookie = { cookie: `ory_kratos_session=${CANARIES.cookie}` };
  const browser = openBrowser(service, cookie.cookie);
  const bodies = [undefined, `{"${CANARIES.body}`, JSON.stringify(CANARIES.body), [CANARIES.body], person];
  const sent = { workflowExecution: { id: executionId, status: 'PROCESSED' }, user: CANARIES.trait };
  for (const body of [...bodies, { ...person, kratos_identity_id: id }]) {
    for (const headers of [undefined, { ...cookie, authorization: `Bearer ${CANARIES.bearerToken}` }]) {
      await initiate(service, body, headers);
      await validate(service, body, headers);
      await callback(service, body, headers);
    }
  }
  for (const userReference of [reference, `${reference}x`, CANARIES.query])
    await callback(service, { ...sent, userReference });
  for (const signature of ['', CANARIES.callbackSecret, hmac(JSON.stringify(sent))])
    await callback(service, sent, { 'x-jumio-signature': signature });
  for (const headers of [undefined, {}, { authorization: `Bearer ${CANARIES.bearerToken}` }])
    for (const body of bodies) await handover(service, body, headers);
  for (const code of [CANARIES.addressToken, CANARIES.addressToken.slice(0, 22)]) {
    await browser.press(`/jumio/enter?code=${code}`);
    await browser.post({ code, _csrf: CANARIES.query }, '/jumio/enter');
  }
  for (const headers of [
    { 'x-session-token': CANARIES.sessionToken },
    { authorization: `Bearer ${CANARIES.sessionToken}` },
  ]) {
    const app = program(service, { ...cookie, ...headers });
    for (const body of [...bodies.slice(1), { return_to: CANARIES.query }, agreementBody(service)])
      await app.post(body);
    await app.get(`/jumio/status?${CANARIES.query}`);
  }
  await post(service, `/${CANARIES.query}?${CANARIES.query}`, person);
  await post(service, `/jumio/%zz${CANARIES.query}`, person);
  const query = `return_to=${CANARIES.query}&token=${CANARIES.query}`;
  for (const path of ['/jumio/verify', '/jumio/status', '/health/ready']) await browser.get(`${path}?${query}`);
  await browser.post({ _csrf: CANARIES.query, return_to: CANARIES.query });
  return browser.press();
}

describe('a service whose callers, Kratos and Jumio send canaries', () => {
  it('a service logs no canary, through all routes and failures', async () => {
    const id = randomUUID();
    const upstreams = await startCanaryUpstreams(id);
    const service = await testService(upstreams.options);
    const { jumio, kratos, answerAll } = upstreams;
    const visit = () => visitEverything(service, id, upstreams.reference(), upstreams.executionId());
    await initiate(service, { kratos_identity_id: id, traits: { email: CANARIES.email } });
    expect((await visit()).location).toBe(HOSTED_LINK);
    const elsewhere = openBrowser(service);
    expect((await elsewhere.press(await oneTimePath(service, id))).location).toBe('/jumio/verify');

    // The canaries were really used; otherwise their absence would prove nothing.
    const toJumio = JSON.stringify(jumio.requests);
    expect(toJumio).toContain(Buffer.from(`client:${CANARIES.clientSecret}`).toString('base64'));
    expect(toJumio).toContain(`Bearer ${CANARIES.bearerToken}`);
    expect(JSON.stringify(kratos.requests)).toContain(`Bearer ${CANARIES.apiKey}`);
    expect(JSON.stringify(kratos.requests)).toContain(`ory_kratos_session=${CANARIES.cookie}`);

    const quick = faults.filter(({ name }) => !/drips|no answer|50 MB/.test(name));
    for (const { respond } of quick) {
      answerAll(respond);
      const asked = jumio.requests.length;
      const person = randomUUID();
      void initiate(service, { kratos_identity_id: person });
      // Before time passes, or the sign-up would wait for the end of a pause that nobody reaches.
      await eventually(async () => expect(await service.ctx.ledger.record(person)).toBeDefined());
      passTime(service, HOUR);
      await eventually(() => expect(jumio.requests.length).toBeGreaterThan(asked));
      await openBrowser(service, `ory_kratos_session=${CANARIES.cookie}`).get('/jumio/verify');
    }
    answerAll(undefined);
    passTime(service, DAY);
    const release = lockLedger(service.databaseUrl);
    await visit();
    release();
    await service.worker.stop();

    const texts = service.logs.lines().map(({ msg }) => String(msg));
    for (const text of ['could not create', 'could not publish', 'could not ask Kratos', 'cannot be written'])
      expect(
        texts.some((line) => line.includes(text)),
        text,
      ).toBe(true);
    expect(texts.length).toBeGreaterThan(100);
    expect(findCanaries(service.logs.text())).toEqual([]);
  });

  it('the log of the canary test is saved for the check of the whole suite’s logs', async () => {
    const file = process.env[CAPTURE_VARIABLE];
    if (file === undefined) return;
    const service = await testService();
    const id = randomUUID();
    await validate(service, { kratos_identity_id: id, metadata_public: { jumio: { status: 'rejected' } } });
    expect(readFileSync(file, 'utf8')).toContain(id);
  });
});
