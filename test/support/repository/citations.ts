import { posix } from 'node:path';

/** A text file of the repository, by its path from the top folder. */
export interface TextFile {
  readonly path: string;
  readonly text: string;
}

/** The anchor that GitHub gives to a heading, before it numbers equal ones. */
export function slugOf(heading: string): string {
  return heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}

function withoutFences(text: string): string {
  return text.replace(/^ *(`{3,})[\s\S]*?^ *\1 *$/gm, '');
}

/** The anchors of a Markdown document, in the order of its headings; the second of equal ones ends in `-1`. */
export function anchorsOf(text: string): string[] {
  const seen = new Map<string, number>();
  return [...withoutFences(text).matchAll(/^#{1,6} +(.*?) *#*$/gm)].map(([, heading = '']) => {
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    return count === 0 ? slug : `${slug}-${count}`;
  });
}

/** Citations of documents outside the repository, and of sections without a document. */
const OUTSIDE: readonly RegExp[] = [
  /(?<!\b(?:RFC \d+|Discovery 1\.0) )(?:\b(?:design|[\w-]+\.md),? )?§ ?\d[\d.]*/g,
  /\bdecisions\.md,? \d+/g,
  /\b(?:seed-capabilities|field|layout|style|transactions)\.md\b/g,
  /(?<![\w./-])(?:shared|seeds)\//g,
];

const isMarkdown = (path: string): boolean => path.endsWith('.md');

/** Pages of reference quote other documents and repositories: only their links are checked. */
const isReference = (path: string): boolean => path.startsWith('docs/reference/');

function decisionsIn(text: string): string[] {
  return [...text.matchAll(/\bdecisions? (\d+(?:(?:, | and | to )\d+)*)/gi)].flatMap(([, numbers = '']) =>
    [...numbers.matchAll(/\d+/g)].map(([number]) => number),
  );
}

function numberOfLine(text: string, index: number): number {
  return text.slice(0, index).split('\n').length;
}

/**
 * The broken citations of these files: `docs/….md#anchor` and links without a file or heading, `decision N` without
 * such a decision, and citations of documents outside the repository. `hasPath` returns whether a path from the top
 * folder exists; the cited documents must be among the files.
 */
export function brokenCitations(files: readonly TextFile[], hasPath: (path: string) => boolean): string[] {
  const anchors = new Map(
    files.filter(({ path }) => isMarkdown(path)).map(({ path, text }) => [path, anchorsOf(text)]),
  );
  const leadsNowhere = (path: string, anchor: string | undefined): boolean =>
    !hasPath(path) || (anchor !== undefined && isMarkdown(path) && anchors.get(path)?.includes(anchor) !== true);
  const decisions = new Set(
    (anchors.get('docs/decisions.md') ?? []).flatMap((anchor) => /^decision-(\d+)$/.exec(anchor)?.[1] ?? []),
  );

  return files.flatMap(({ path, text }) => {
    const broken: string[] = [];
    const add = (index: number, citation: string, why: string): void => {
      broken.push(`${path}:${numberOfLine(text, index)} ${citation.trim()}: ${why}`);
    };
    if (isMarkdown(path))
      for (const { index, 1: target = '' } of text.matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)) {
        const [file = '', anchor] = target.split('#');
        const to = file === '' ? path : posix.normalize(posix.join(posix.dirname(path), file)).replace(/\/$/, '');
        if (leadsNowhere(to, anchor)) add(index, target, 'leads nowhere');
      }
    if (isReference(path)) return broken;
    for (const { index, 0: citation, 1: file = '', 2: anchor } of text.matchAll(
      /(?<![\w/])(?:\.\.\/)*((?:docs|eid|sandbox)\/[\w./-]*\.md)(?!\w)(?:#([\p{L}\p{N}_-]+))?/gu,
    ))
      if (leadsNowhere(file, anchor)) add(index, citation, 'leads nowhere');
    for (const number of decisionsIn(text))
      if (!decisions.has(number)) add(0, `decision ${number}`, 'there is no such decision');
    // The text of a link is free: only its target is checked.
    const unlinked = isMarkdown(path) ? text.replace(/\[[^\]\n]*\]\(/g, (link) => ' '.repeat(link.length)) : text;
    for (const pattern of OUTSIDE)
      for (const { index, 0: citation } of unlinked.matchAll(pattern))
        add(index, citation, 'cites no document of this repository');
    return broken;
  });
}
