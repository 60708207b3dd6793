import { compile, type JSONSchema } from 'json-schema-to-typescript';
import { z } from 'zod';
import { openApiDocument } from './document.ts';

const schema = z.custom<JSONSchema>((value) => typeof value === 'object' && value !== null);

const content = z.object({ content: z.record(z.string(), z.object({ schema })) });

const operation = z.object({
  operationId: z.string(),
  summary: z.string(),
  requestBody: content.extend({ required: z.boolean() }).optional(),
  responses: z.record(z.string(), content.partial()),
});

const document = z.object({
  paths: z.record(z.string(), z.record(z.string(), operation)),
  components: z.object({ schemas: z.record(z.string(), schema) }),
});

type Operation = z.infer<typeof operation>;

const HEAD = `/* Written by \`npm run docs:openapi\` from docs/schemas/openapi.json: change that, and not this file. */\n`;

const OPTIONS = {
  bannerComment: '',
  additionalProperties: false,
  style: { printWidth: 120, singleQuote: true, semi: true, trailingComma: 'all' },
} as const;

const capital = (id: string): string => id.charAt(0).toUpperCase() + id.slice(1);

/** A reference of the document is the name of a type; a problem's codes are its own. */
async function typeOf(name: string, of: JSONSchema): Promise<string> {
  return compile({ ...of, title: name }, name, OPTIONS);
}

const reference = z.object({ $ref: z.string() });

const problemOf = z.object({
  allOf: z.tuple([reference, z.object({ properties: z.object({ code: z.object({ enum: z.array(z.string()) }) }) })]),
});

function answerText(of: JSONSchema): string {
  const { data: named } = reference.safeParse(of);
  if (named !== undefined) return named.$ref.replace('#/components/schemas/', '');
  const [, { properties }] = problemOf.parse(of).allOf;
  return `Problem & { code: ${properties.code.enum.map((code) => `'${code}'`).join(' | ')} }`;
}

function contentText(of: z.infer<typeof content>['content'] | undefined): string {
  if (of === undefined) return 'content?: never';
  const entries = Object.entries(of).map(([type, { schema: each }]) => `'${type}': ${answerText(each)}`);
  return `content: { ${entries.join('; ')} }`;
}

/** An operation in the shape that openapi-fetch takes. */
function operationText(method: string, { operationId, summary, requestBody, responses }: Operation): string {
  const body = `${capital(operationId)}Body`;
  const bodyText = requestBody && `{ content: { 'application/json': ${body} } }`;
  const answers = Object.entries(responses).map(
    ([status, { content: of }]) => `${status}: { headers: Record<string, unknown>; ${contentText(of)} }`,
  );
  return `/** ${summary}. */ ${method}: {
    parameters: { query?: Record<string, string>; header?: never; path?: never; cookie?: never };
    ${bodyText === undefined ? 'requestBody?: never' : `requestBody${requestBody?.required ? '' : '?'}: ${bodyText}`};
    responses: { ${answers.join('; ')} };
  };`;
}

/** Returns client/schema.ts: the types of docs/schemas/openapi.json, in the shape that openapi-fetch takes. */
export async function clientTypes(): Promise<string> {
  const { paths, components } = document.parse(openApiDocument());
  const operations = Object.values(paths).flatMap((item) => Object.values(item));
  const bodies = operations.flatMap(({ operationId, requestBody }) => {
    const of = requestBody?.content['application/json']?.schema;
    return of === undefined ? [] : [[`${capital(operationId)}Body`, of] as const];
  });
  const items = Object.entries(paths).map(
    ([path, item]) =>
      `'${path}': { ${Object.entries(item)
        .map(([method, each]) => operationText(method, each))
        .join('\n')} };`,
  );
  // The answers to hooks are of no path: a client asks for none of them.
  const asked = Object.entries(components.schemas).filter(([name]) => items.some((item) => item.includes(name)));
  const types: string[] = [];
  for (const [name, of] of [...asked, ...bodies]) types.push(await typeOf(name, of));
  const { format } = await import('prettier');
  const text = `${HEAD}\n${types.join('\n')}\nexport interface paths {\n${items.join('\n')}\n}\n`;
  return format(text, { parser: 'typescript', ...OPTIONS.style });
}
