import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { anchorsOf, brokenCitations, slugOf, type TextFile } from '../../support/repository/citations.ts';

const TOP = new URL('../../../', import.meta.url);
const PLACES = ['webhook', 'sandbox', 'test', 'jsonnet', 'eid', 'docs'];
const SINGLE = ['ory-actions.yaml', '.env.example', 'README.md', 'package.json', 'biome.json', 'vitest.config.ts'];
const TEXT = /\.(?:ts|js|css|md|ya?ml|json|jsonnet|conf)$/;

const hasPath = (path: string): boolean => existsSync(new URL(path, TOP));
const read = (path: string): TextFile => ({ path, text: readFileSync(new URL(path, TOP), 'utf8') });

/** Every text of the repository but the checker and this test, whose citations are broken on purpose. */
function texts(): TextFile[] {
  const below = PLACES.flatMap((place) =>
    readdirSync(new URL(place, TOP), { recursive: true, encoding: 'utf8' }).map((name) => `${place}/${name}`),
  );
  return [...below, ...SINGLE]
    .filter((path) => SINGLE.includes(path) || TEXT.test(path))
    .filter((path) => !/(?:^|\/)citations(?:\.test)?\.ts$/.test(path) && statSync(new URL(path, TOP)).isFile())
    .map(read);
}

describe('citations of this repository', () => {
  it('every citation leads to an existing heading, file or decision, and to no document outside the repository', () => {
    const files = texts();
    expect(files.filter(({ path }) => path.startsWith('docs/')).length).toBeGreaterThan(15);
    expect(files.length).toBeGreaterThan(300);
    expect(brokenCitations(files, hasPath)).toEqual([]);
  });
});

describe('anchors of headings', () => {
  it.each([
    ['Publishing', 'publishing'],
    ['7.4 Decision', '74-decision'],
    ["What Jumio's answers mean", 'what-jumios-answers-mean'],
    ['1.2 `can_interrupt`, `response.parse`', '12-can_interrupt-responseparse'],
    ['A [link](somewhere.md#else) in it', 'a-link-in-it'],
    ['Straße & Co', 'straße--co'],
  ])('the anchor of %j is %j', (heading, anchor) => {
    expect(slugOf(heading)).toBe(anchor);
  });

  it('equal headings get numbered anchors, and comments in a code block get none', () => {
    expect(anchorsOf('# A\n\n```sh\n# not a heading\n```\n\n## B\n\n## B\n')).toEqual(['a', 'b', 'b-1']);
  });
});

describe('the check of citations', () => {
  const decisions: TextFile = { path: 'docs/decisions.md', text: '# Decisions\n\n## Decision 1\n\n## Decision 2\n' };
  const design: TextFile = { path: 'docs/design.md', text: '# Design\n\n## Gate\n' };
  const known = new Set([
    'docs',
    'docs/decisions.md',
    'docs/design.md',
    'webhook/app.ts',
    'eid/README.md',
    'README.md',
  ]);
  const brokenIn = (path: string, text: string): string[] =>
    brokenCitations([decisions, design, { path, text }], (file) => file === path || known.has(file));

  it.each([
    ['a heading', 'webhook/app.ts', '/** The gate (docs/design.md#gate). */'],
    ['a document', 'webhook/app.ts', '/** See docs/design.md. */'],
    ['decisions', 'webhook/app.ts', '// As decision 1 says; decisions 1 and 2; Decisions 1, 2.'],
    ['a section of an RFC', 'webhook/app.ts', '// RFC 9110 §15.4, OpenID Connect Discovery 1.0 §3'],
    ['a link to a document beside it', 'docs/README.md', '[design](design.md#gate), [here](#top)\n# Top\n'],
    ['a link upwards', 'eid/README.md', '[gate](../docs/design.md#gate), [code](../webhook/app.ts), [docs](../docs/)'],
    ['a link whose text is a section', 'README.md', '[jumio.md §7.4](docs/design.md#gate)'],
    ['a link to the web', 'README.md', '[Ory](https://www.ory.sh/kratos/#x)'],
  ])('the citation check accepts %s', (_what, path, text) => {
    expect(brokenIn(path, text)).toEqual([]);
  });

  it.each([
    ['a missing heading', 'webhook/app.ts', 'docs/design.md#gates', 'docs/design.md#gates: leads nowhere'],
    ['a missing document', 'webhook/app.ts', 'docs/other.md', 'docs/other.md: leads nowhere'],
    ['a missing decision', 'webhook/app.ts', 'decisions 2 and 3', 'decision 3: there is no such decision'],
    ['a link to a missing file', 'docs/README.md', '[x](other.md)', 'other.md: leads nowhere'],
    ['a link to a missing heading', 'docs/README.md', '[x](design.md#none)', 'design.md#none: leads nowhere'],
    ['a link to a missing heading of the same page', 'docs/README.md', '[x](#none)', '#none: leads nowhere'],
    ['a section of the design', 'webhook/app.ts', 'x (design §4)', 'design §4: cites no document of this repository'],
    ['a section of a fact sheet', 'test/a.ts', 'kratos.md §5', 'kratos.md §5: cites no document of this repository'],
    [
      'a decision by its file',
      'test/a.ts',
      'decisions.md, 47',
      'decisions.md, 47: cites no document of this repository',
    ],
    ['a page outside the repository', 'test/a.ts', 'see layout.md', 'layout.md: cites no document of this repository'],
    ['a folder outside the repository', 'test/a.ts', 'see shared/a', 'shared/: cites no document of this repository'],
    ['a section without a document', 'test/a.ts', "describe('§11 x')", '§11: cites no document of this repository'],
  ])('the citation check finds %s', (_what, path, text, problem) => {
    expect(brokenIn(path, text).join('\n')).toContain(`${path}:1 ${problem}`);
  });

  it('the citation check ignores quotations of other repositories on a page of reference, but not its links', () => {
    const text = 'docs/guides/other.md, kratos.md §5, decision 9, [x](none.md)';
    expect(brokenIn('docs/reference/a.md', text)).toEqual(['docs/reference/a.md:1 none.md: leads nowhere']);
  });
});
