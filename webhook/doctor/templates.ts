import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { providersIn } from './eid-providers.ts';
import { ourHooks } from './hooks.ts';
import type { Tree } from './tree.ts';

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
