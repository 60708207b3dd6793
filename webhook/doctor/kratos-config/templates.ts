import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type HookFlow, ourHooks } from './hooks.ts';
import { providersIn } from './providers.ts';
import { listAt, type Tree, textAt } from './read.ts';

/** A template that a hook or a provider names, or an identity schema: its text, or why it cannot be read. */
export type Template =
  | { readonly text: string }
  /** `isFile`: Kratos reads it from its own disk. */
  | { readonly unreadable: string; readonly isFile: boolean };

/** Reads the templates of this service's hooks, the mappers of the providers and the identity schemas, from this machine's files. The keys are what names them. */
export async function readTemplates(kratos: Tree = {}): Promise<Map<string, Template>> {
  const named = [
    ...ourHooks(kratos).map(({ config }) => config.body),
    ...providersIn(kratos).map(({ mapper_url }) => mapper_url),
    ...listAt(kratos, '/identity/schemas').map((schema) => textAt(schema, '/url')),
  ];
  const names = new Set(named.filter((name) => name !== undefined));
  return new Map(await Promise.all([...names].map(async (name) => [name, await readTemplate(name)] as const)));
}

async function readTemplate(name: string): Promise<Template> {
  const base64 = /^base64:\/\/(.*)$/s.exec(name)?.[1];
  if (base64 !== undefined) return { text: Buffer.from(base64, 'base64').toString() };
  if (/^https?:/.test(name)) return { unreadable: 'Kratos fetches it from a URL', isFile: false };
  try {
    return { text: await readFile(name.startsWith('file://') ? fileURLToPath(name) : name, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { unreadable: `it cannot be read on this machine (${code})`, isFile: true };
  }
}

/** Renders a template for a context as Kratos does; undefined if it fails. */
export type Render = (template: string, context: unknown) => unknown;

/** The Jsonnet engine of the development dependencies; not installed in production. */
const ENGINE = '@arakoodev/jsonnet';

interface Engine {
  extString(name: string, value: string): Engine;
  evaluateSnippet(snippet: string): string;
}

const module = z.object({ default: z.custom<new () => Engine>((value) => typeof value === 'function') });

/** Returns the Jsonnet engine if it is installed beside this program, else undefined. */
export async function findJsonnet(name = ENGINE): Promise<Render | undefined> {
  try {
    const { default: Jsonnet } = module.parse(await import(name));
    const engine = new Jsonnet();
    return (template, context) => {
      const snippet = `(\n${template}\n)(std.parseJson(std.extVar('ctx')))`;
      return parseOutput(engine.extString('ctx', JSON.stringify(context)).evaluateSnippet(snippet));
    };
  } catch {
    return undefined;
  }
}

/** The engine returns its errors as text, so output that is not JSON is an error. */
function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** Stands in `exampleContext` for every value that must not leave Kratos. */
export const CANARY = 'canary-of-the-doctor';

const ID = '7d7f3c52-7d1c-4a2b-9b32-0c6d1f6a4e10';

/** Returns `ctx` of an invented person, as Kratos gives it to a template (docs/reference/kratos.md#3-jsonnet-context-ctx). */
export function exampleContext(flow: HookFlow): object {
  const identity = {
    id: ID,
    schema_id: 'default',
    traits: { email: 'nobody@example.invalid' },
    metadata_public: { jumio: { status: 'approved' } },
    created_at: '2026-01-02T03:04:05.678901Z',
  };
  return {
    flow: {
      id: ID,
      type: 'browser',
      active: 'password',
      requested_aal: 'aal1',
      refresh: false,
      ui: { nodes: [{ attributes: { name: 'csrf_token', value: CANARY } }] },
    },
    identity,
    ...(flow === 'login' ? { session: { id: ID, identity, devices: [{ ip_address: CANARY }] } } : {}),
    request_headers: { 'Accept-Language': ['en'], 'User-Agent': ['doctor'] },
    request_cookies: { ory_kratos_session: CANARY },
    request_method: 'POST',
    request_url: 'https://kratos.example.invalid/self-service',
  };
}
