import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';

/** One import of a module, static or dynamic. */
export interface Import {
  /** A path from the top folder for our own modules, else the name of a package. */
  readonly to: string;
  /** The import is erased at run time. */
  readonly typeOnly: boolean;
  /** The import is made where it is reached, not when the module is loaded. */
  readonly isLazy: boolean;
}

/** A module of ours, by its path from the top folder. */
export interface Module {
  readonly path: string;
  readonly imports: readonly Import[];
}

const TOP = new URL('../../../', import.meta.url);

const STATIC = /(?:^|[\n;])\s*(?:import|export)\s+(type\s)?(?:[^'"`;]*?\sfrom\s*)?['"]([^'"\n]+)['"]/g;

const DYNAMIC = /\b(?:import|require)\(\s*['"`]([^'"`\n]+)['"`]/g;

function resolve(from: string, specifier: string): string {
  return specifier.startsWith('.') ? posix.join(posix.dirname(from), specifier) : specifier;
}

/** The imports in a source text, without those in comments. */
export function importsOf(path: string, source: string): Import[] {
  const code = source.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');
  const fixed = [...code.matchAll(STATIC)].map(([, type, to = '']) => ({
    to: resolve(path, to),
    typeOnly: type !== undefined,
    isLazy: false,
  }));
  const dynamic = [...code.matchAll(DYNAMIC)].map(([, to = '']) => ({
    to: resolve(path, to),
    typeOnly: false,
    isLazy: true,
  }));
  return [...fixed, ...dynamic];
}

/** Every TypeScript module below these folders. */
export function modulesBelow(...folders: readonly string[]): Module[] {
  return folders.flatMap((folder) =>
    readdirSync(new URL(folder, TOP), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => `${folder}/${name.replaceAll('\\', '/')}`)
      .map((path) => ({ path, imports: importsOf(path, readFileSync(new URL(path, TOP), 'utf8')) })),
  );
}

/** The modules with the imports that are made when a module is loaded. */
export function loadedAtOnce(modules: readonly Module[]): Module[] {
  return modules.map(({ path, imports }) => {
    return { path, imports: imports.filter(({ typeOnly, isLazy }) => !typeOnly && !isLazy) };
  });
}

/** The paths of all modules that a module imports, directly or through others. */
export function reached(from: Module, all: readonly Module[]): Set<string> {
  const byPath = new Map(all.map((module) => [module.path, module]));
  const seen = new Set<string>();
  const visit = (module: Module): void => {
    for (const { to } of module.imports) {
      if (seen.has(to)) continue;
      seen.add(to);
      const next = byPath.get(to);
      if (next !== undefined) visit(next);
    }
  };
  visit(from);
  return seen;
}
