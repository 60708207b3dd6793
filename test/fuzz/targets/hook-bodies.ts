import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { continueBody, decisionBody, handoverBody } from '../../../webhook/http/api/bodies.ts';
import { readSignInBody } from '../../../webhook/http/hooks/sign-in-body.ts';
import { preferredLanguage } from '../../../webhook/http/negotiation.ts';
import * as schemas from '../../../webhook/http/schemas.ts';
import { readPublishedCopy } from '../../../webhook/verification/record/index.ts';
import { anyBody } from '../grammar.ts';
import { accepted, mustHold, type Outcome, refused, type Target } from '../target.ts';
import { BODY_WORDS } from '../words.ts';

const ID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Whether PostgreSQL stores a text and a header carries it: whole characters, none that controls. */
function isPlain(text: string): boolean {
  const isControl = (code: number): boolean => code < 0x20 || (code >= 0x7f && code < 0xa0);
  return Buffer.from(text).toString() === text && !Array.from(text).some((one) => isControl(one.charCodeAt(0)));
}

function mustBeId(id: string | undefined): void {
  mustHold(id === undefined || ID.test(id), 'an id that is no UUID in lower case');
}

function mustBePlain(...texts: readonly (string | null | undefined)[]): void {
  for (const text of texts)
    mustHold(
      text === undefined || text === null || (text.length <= 255 && isPlain(text)),
      'a text that cannot be stored',
    );
}

function mustBeTime(time: number | undefined): void {
  mustHold(time === undefined || Number.isFinite(time), 'a time that is none');
}

/** Undefined for what the framework would refuse before the schema. */
function parse(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    return undefined;
  }
}

/** Runs a body through its schema. @param check what must hold of a body that the schema accepts */
function run<T>(schema: z.ZodType<T>, check: (body: T, raw: object) => unknown): (input: string) => Outcome {
  return (input) => {
    const raw = parse(input);
    const parsed = schema.safeParse(raw);
    if (!parsed.success) return refused(`refused: ${parsed.error.issues.map(({ path }) => path.join('.')).join()}`);
    const further = check(parsed.data, typeof raw === 'object' && raw !== null ? raw : {});
    return accepted(
      [parsed.data, further],
      `accepted: ${Object.keys(parsed.data ?? {})
        .sort()
        .join()}`,
    );
  };
}

const { initiateBody, validateBody, assuranceBody, linkBody, callbackBody } = schemas;

const RUNS: Readonly<Record<string, Target['run']>> = {
  initiate: run(initiateBody, ({ kratos_identity_id, schema_id, created_at, flow, accept_language }) => {
    mustBeId(kratos_identity_id);
    mustBePlain(schema_id, flow?.method);
    mustBeTime(created_at);
    return preferredLanguage(accept_language);
  }),
  validate: run(validateBody, (body, raw) => {
    const read = readSignInBody(raw);
    const isSame = read !== undefined && isDeepStrictEqual(schemas.gateRequestOf(read), schemas.gateRequestOf(body));
    mustHold(isSame && read.kratos_identity_id === body.kratos_identity_id, 'another sign-in than the schema reads');
    mustBeId(body.kratos_identity_id);
    const { flowId, method, schemaId, kratosCreatedAt, flow } = schemas.gateRequestOf(body);
    mustBePlain(flowId, method, schemaId);
    mustBeTime(kratosCreatedAt);
    return [flow, readPublishedCopy(raw), schemas.languageBody.safeParse(raw).data];
  }),
  assurance: run(assuranceBody, ({ schema_id }) => mustBePlain(schema_id)),
  link: run(linkBody, ({ kratos_identity_id }) => mustBeId(kratos_identity_id)),
  decision: run(decisionBody, (body) => {
    mustBeId(body.identityId);
    return readPublishedCopy(body);
  }),
  handover: run(handoverBody, ({ kratos_identity_id }) => mustBeId(kratos_identity_id)),
  continue: run(continueBody, ({ language }) => mustBePlain(language)),
  callback: run(callbackBody, ({ workflowExecution: { id, status } }, raw) => {
    mustBePlain(id, status);
    return schemas.referenceBody.safeParse(raw).data;
  }),
};

/** The bodies that Kratos, Jumio and applications send, up to what the route makes of them. */
export const hookBodies: readonly Target[] = Object.entries(RUNS).map(([name, body]) => ({
  name: `${name}-body`,
  share: 4,
  dictionary: [...BODY_WORDS, 'workflowExecution', 'userReference', 'PROCESSED'],
  fresh: anyBody,
  run: body,
}));
