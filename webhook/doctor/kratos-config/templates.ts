import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { type HookEntry, ourHooks } from './hooks.ts';
import { providersIn } from './providers.ts';
import type { Tree } from './read.ts';

/** Stands where `ctx` has what must not leave Kratos. */
export const CANARY = 'canary-of-the-doctor';

const ID = '7d7f3c52-7d1c-4a2b-9b32-0c6d1f6a4e10';

/** `ctx` as Kratos gives it to a template (docs/reference/kratos.md#3-jsonnet-context-ctx), of a person who does not exist. */
export function exampleContext(flow: HookEntry['flow']): object {
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

/** Renders a template for a context as Kratos does; undefined: it fails. */
export type Render = (template: string, context: unknown) => unknown;

/** The engine of the project's own tests; not installed in production. */
const ENGINE = '@arakoodev/jsonnet';

interface Engine {
  extString(name: string, value: string): Engine;
  evaluateSnippet(snippet: string): string;
}

const module = z.object({ default: z.custom<new () => Engine>((value) => typeof value === 'function') });

/** The Jsonnet engine where one is installed beside this program; undefined elsewhere. */
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

/** The engine returns its errors as text: what is no JSON is one. */
function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}

/** A template as a hook or a provider names it: its text, or why there is none. */
export type Template = { readonly text: string } | { readonly unreadable: string };

async function read(body: string): Promise<Template> {
  const base64 = /^base64:\/\/(.*)$/s.exec(body)?.[1];
  if (base64 !== undefined) return { text: Buffer.from(base64, 'base64').toString() };
  if (/^https?:/.test(body)) return { unreadable: 'Kratos fetches it from an address' };
  try {
    return { text: await readFile(body.startsWith('file://') ? fileURLToPath(body) : body, 'utf8') };
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unreadable';
    return { unreadable: `it cannot be read on this machine (${code})` };
  }
}

/** The templates of our hooks and the mappers of the providers, by what names them. Files are looked for on this machine. */
export async function readTemplates(kratos: Tree = {}): Promise<Map<string, Template>> {
  const named = [
    ...ourHooks(kratos).map(({ config }) => config.body),
    ...providersIn(kratos).map(({ mapper_url }) => mapper_url),
  ];
  const bodies = new Set(named.filter((body) => body !== undefined));
  return new Map(await Promise.all([...bodies].map(async (body) => [body, await read(body)] as const)));
}
