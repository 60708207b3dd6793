import { z } from 'zod';
import { PROBLEMS, type ProblemCode } from '../../../webhook/http/problems.ts';
import { ANSWERS } from './answers.ts';
import { eventBody, eventItem } from './events.ts';
import { type Operation, PATHS, type Parameter, WEBHOOKS } from './operations.ts';

const bearer = (description: string) => ({ type: 'http', scheme: 'bearer', description });

const header = (name: string, description: string) => ({ type: 'apiKey', in: 'header', name, description });

/** How callers prove themselves. `reference` is a member of the body, for which OpenAPI has no word. */
const SCHEMES: Readonly<Record<string, object>> = {
  sessionToken: header('X-Session-Token', 'The session token of Kratos.'),
  bearerToken: bearer('The session token of Kratos.'),
  sessionCookie: { type: 'apiKey', in: 'cookie', name: 'ory_kratos_session', description: 'The session of Kratos.' },
  handoverSecret: bearer('HANDOVER_SECRET'),
  decisionSecret: bearer('DECISION_SECRET'),
  client: { type: 'http', scheme: 'basic', description: 'Id and secret of a client of TRANSACTIONS.' },
  webhookSecret: header('X-Webhook-Secret', 'ORY_WEBHOOK_SECRET'),
  webhookBearer: bearer('ORY_WEBHOOK_SECRET'),
  webhookSignature: header('webhook-signature', 'By Standard Webhooks 1.0.0, with the secret of the endpoint.'),
  signature: header('X-Jumio-Signature', 'HMAC-SHA256 of the exact body with JUMIO_CALLBACK_SECRET, in hex.'),
};

function schemaOf(schema: z.ZodType, io: 'input' | 'output'): object {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12' });
  return rest;
}

const named = (name: string) => ({ $ref: `#/components/schemas/${name}` });

function answerOf(name: string | null): object {
  if (name === null) return { description: 'Done.' };
  return { description: name, content: { 'application/json': { schema: named(name) } } };
}

function problemsOf(codes: readonly ProblemCode[]): object {
  const schema = { allOf: [named('Problem'), { properties: { code: { enum: codes } } }] };
  const description = codes.map((code) => `\`${code}\`: ${PROBLEMS[code].title}.`).join(' ');
  return { description, content: { 'application/problem+json': { schema } } };
}

/** One status may be an answer and a problem: then either may come. */
function responsesOf({ answers, problems }: Operation): object {
  const statuses = new Set([...Object.keys(answers).map(Number), ...problems.map((code) => PROBLEMS[code].status)]);
  const entries = [...statuses]
    .sort((a, b) => a - b)
    .map((status) => {
      const codes = [...new Set(problems)].filter((code) => PROBLEMS[code].status === status);
      return [status, codes.length > 0 ? problemsOf(codes) : answerOf(answers[status] ?? null)];
    });
  return Object.fromEntries(entries);
}

/** Returns every operation with every status that it may have, e.g. `getStatus 200`. */
export function describedAnswers(): string[] {
  return [...PATHS, ...WEBHOOKS].flatMap((operation) =>
    Object.keys(responsesOf(operation)).map((status) => `${operation.id} ${status}`),
  );
}

function parameterOf({ schema, ...rest }: Parameter): object {
  return { ...rest, schema: schemaOf(schema, 'input') };
}

function operationOf(operation: Operation): object {
  const { id, summary, body, parameters } = operation;
  const security = operation.security.filter((name) => Object.hasOwn(SCHEMES, name)).map((name) => ({ [name]: [] }));
  const isProof = operation.security.length === security.length;
  return {
    operationId: id,
    summary,
    security: isProof ? security : [...security, {}],
    ...(parameters === undefined ? {} : { parameters: parameters.map(parameterOf) }),
    ...(body === undefined
      ? {}
      : {
          requestBody: {
            required: id !== 'continueVerification',
            content: { 'application/json': { schema: schemaOf(body, 'input') } },
          },
        }),
    responses: responsesOf(operation),
  };
}

function pathItems(): object {
  const paths = [...new Set(PATHS.map(({ path }) => path))];
  const itemOf = (path: string) =>
    PATHS.filter((one) => one.path === path).map((one) => [one.method.toLowerCase(), operationOf(one)]);
  return Object.fromEntries(paths.map((path) => [path, Object.fromEntries(itemOf(path))]));
}

function webhookItems(): object {
  const itemOf = (one: Operation) => ({ post: { ...operationOf(one), 'x-path': one.path } });
  const consumed = WEBHOOKS.map((one) => [one.id, itemOf(one)]);
  return { ...Object.fromEntries(consumed), signedEvent: eventItem(schemaOf(eventBody, 'output')) };
}

/** Returns docs/schemas/openapi.json: what applications ask, what they are told, and what Kratos and Jumio send. */
export function openApiDocument(): object {
  const schemas = Object.entries(ANSWERS).map(([name, schema]) => [name, schemaOf(schema, 'output')]);
  return {
    openapi: '3.1.0',
    info: {
      title: 'Kratos–Jumio bridge',
      version: '0.1.0',
      description:
        'Identity verification for Ory Kratos, by Jumio. `webhooks` are the requests of Jumio and Kratos, which the service consumes at the address in `x-path`, and `signedEvent`, which it sends to applications.',
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '{public_url}', variables: { public_url: { default: 'https://verify.example.com' } } }],
    paths: pathItems(),
    webhooks: webhookItems(),
    components: { securitySchemes: SCHEMES, schemas: Object.fromEntries(schemas) },
  };
}
