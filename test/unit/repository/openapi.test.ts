import { readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../../../webhook/http/problems.ts';
import { problem } from '../../support/clients/problems.ts';
import { checkAnswer } from '../../support/openapi/checked-answers.ts';
import { clientTypes } from '../../support/openapi/client-types.ts';
import { openApiDocument } from '../../support/openapi/document.ts';
import { PATHS, WEBHOOKS } from '../../support/openapi/operations.ts';

const TOP = new URL('../../../', import.meta.url);

const text = readFileSync(new URL('docs/schemas/openapi.json', TOP), 'utf8');

function valuesOf(key: string, value: unknown): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, one]) => [...(name === key ? [one] : []), ...valuesOf(key, one)]);
}

function answerOf(status: number, body: object, type = 'application/json') {
  return { statusCode: status, headers: { 'content-type': type }, body: JSON.stringify(body) };
}

describe('docs/schemas/openapi.json', () => {
  it('the description is that of the code (npm run docs:openapi prints it)', () => {
    expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(openApiDocument())));
  });

  it('every reference of the description leads to a schema, and every operation has a name of its own', () => {
    const { components } = z
      .object({ components: z.object({ schemas: z.record(z.string(), z.unknown()) }) })
      .parse(JSON.parse(text));
    const references = new Set(valuesOf('$ref', JSON.parse(text)));
    const names = Object.keys(components.schemas).map((name) => `#/components/schemas/${name}`);
    expect(references).toEqual(new Set(names));
    const ids = valuesOf('operationId', JSON.parse(text));
    // `signedEvent` is sent, and no operation of the service.
    expect(new Set(ids).size).toBe(PATHS.length + WEBHOOKS.length + 1);
  });

  it('every problem of the service is of some operation, but one of a request that reaches none', () => {
    const described = new Set<ProblemCode>([...PATHS, ...WEBHOOKS].flatMap(({ problems }) => problems));
    const missing = Object.keys(PROBLEMS).filter((code) => ![...described].some((one) => one === code));
    expect(missing).toEqual(['forbidden', 'method-not-allowed']);
  });

  it('an independent validator finds the description valid, as OpenAPI 3.1', async () => {
    const validator = new Validator();
    const { valid, errors } = await validator.validate(JSON.parse(text));
    expect(errors ?? []).toEqual([]);
    expect([valid, validator.version]).toEqual([true, '3.1']);
    const broken = { ...JSON.parse(text), paths: { '/jumio/status': { get: { responses: { 200: {} } } } } };
    expect((await new Validator().validate(broken)).valid).toBe(false);
  });

  it('client/schema.ts is what `npm run docs:openapi` makes of it', async () => {
    expect(readFileSync(new URL('client/schema.ts', TOP), 'utf8')).toBe(await clientTypes());
  });

  it('the version of the description is that of the package', () => {
    const version = z
      .object({ version: z.string() })
      .parse(JSON.parse(readFileSync(new URL('package.json', TOP), 'utf8')));
    expect(z.object({ info: z.object({ version: z.string() }) }).parse(JSON.parse(text)).info.version).toBe(
      version.version,
    );
  });
});

describe('the check of answers', () => {
  const status = { status: 'pending', waiting_on: 'person', next: 'verify', retry_after: 5 };
  const problems = 'application/problem+json; charset=utf-8';

  it('an answer as described passes, and so do a page and a path that is not described', () => {
    checkAnswer('GET', '/jumio/status?x=1', answerOf(200, status));
    checkAnswer('GET', '/jumio/status', answerOf(401, problem('no-session'), problems));
    checkAnswer('GET', '/jumio/status', answerOf(418, {}, 'text/html'));
    checkAnswer('GET', '/x', answerOf(418, {}));
  });

  it.each([
    ['a member more', answerOf(200, { ...status, score: 7 })],
    ['a member less', answerOf(200, { ...status, next: undefined })],
    ['a status that is not described', answerOf(201, status)],
    ['a problem without a code', answerOf(401, { ...problem('no-session'), code: undefined }, problems)],
    ['a problem of another status', answerOf(403, problem('no-session'), problems)],
    ['a problem of another operation', answerOf(409, problem('consent-needed'), problems)],
  ])('an answer with %s is found', (_name, answer) => {
    expect(() => checkAnswer('GET', '/jumio/status', answer)).toThrow(/^GET \/jumio\/status answered/);
  });
});
