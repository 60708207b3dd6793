import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { evaluate } from '../../support/monitoring/evaluate.ts';
import { generatedFiles, renderMixin } from '../../support/monitoring/mixin.ts';
import { parse, selectors } from '../../support/monitoring/promql.ts';
import { readMetrics } from '../../support/monitoring/scrape.ts';

const read = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');

const mixin = renderMixin();

const alerts = mixin.alerts.groups.flatMap(({ rules }) => rules);

const rules = mixin.rules.groups.flatMap((group) => group.rules);

const panels = mixin.dashboard.panels.flatMap(({ targets = [] }) => targets);

const expressions = [...alerts, ...rules, ...panels].map(({ expr }) => expr);

/** The gauges that each replica serves alike. */
const OF_THE_LEDGER =
  /^jumio_bridge_(identities|review_|work_|creation_paused|stuck_identities|budget_tokens|upstream_up)/;

describe('monitoring/', () => {
  it('the generated files are what `npm run docs:monitoring` makes', () => {
    for (const [path, text] of Object.entries(generatedFiles(mixin))) expect(read(path), path).toBe(text);
  });

  it('each expression of the dashboard, the rules and the alerts is PromQL', () => {
    expect(expressions.length).toBeGreaterThan(40);
    for (const expression of expressions) expect(() => parse(expression), expression).not.toThrow();
    expect(() => parse('sum(rate(x[5m])')).toThrow(/no PromQL/);
  });

  it('a gauge of the ledger is the same in each replica: it is never summed before one of them is taken', () => {
    const used = expressions.flatMap(selectors).filter(({ metric }) => OF_THE_LEDGER.test(metric));
    expect(new Set(used.map(({ metric }) => metric)).size).toBeGreaterThan(7);
    for (const { metric, within } of used) expect(within[0], metric).toMatch(/^(max|min)$/);
  });

  it('counters and histograms are of one process each: every expression sums them over all', () => {
    const used = expressions.flatMap(selectors).filter(({ metric }) => /_(total|bucket|count)$/.test(metric));
    expect(used.length).toBeGreaterThan(20);
    for (const { metric, within } of used) expect(within[0], metric).toBe('sum');
  });

  it('each alert is one row of "What to watch", with its words and a link to its paragraph, and each row is an alert', () => {
    const page = read('docs/operations.md');
    const section = page.slice(page.indexOf('## What to watch'), page.indexOf('### Two listeners'));
    const rows = [...section.matchAll(/^\| \[(\w+)\]\(#(\w+)\) \| (.+) \|$/gm)].map(([, name, anchor, words]) => ({
      alert: `JumioBridge${name}`,
      anchor,
      words,
    }));
    expect(
      alerts.map(({ alert, annotations: { summary, runbook_url: url } }) => ({
        alert,
        anchor: new URL(url).hash.slice(1),
        words: summary,
      })),
    ).toEqual(rows);
    const paragraphs = [...section.matchAll(/^### (\w+)$/gm)].map(([, heading = '']) => heading.toLowerCase());
    expect(paragraphs).toEqual(rows.map(({ anchor }) => anchor));
  });

  it('a bound of a histogram is found as Prometheus 2 stores it, and as Prometheus 3 does', () => {
    const good = rules.find(({ labels }) => labels.objective === 'callback')?.expr ?? '';
    const [bucket] = selectors(good);
    for (const le of ['1', '1.0']) expect(bucket?.matchers.find(({ label }) => label === 'le')?.is(le), le).toBe(true);
    expect(bucket?.matchers.find(({ label }) => label === 'le')?.is('10')).toBe(false);
  });
});

describe('the evaluation of the tests', () => {
  const scrape = (at: number, text: string) => ({ at, samples: readMetrics(text) });
  const before = scrape(0, 'c_total{k="a"} 5\nc_total{k="b"} 1\ng{k="a"} 3\ng{k="b"} 7');
  const after = scrape(60, 'c_total{k="a"} 9\nc_total{k="b"} 0\ng{k="a"} 4\ng{k="b"} 7');
  const values = (expression: string) =>
    evaluate(expression, [before, after]).map(({ labels, value }) => [labels.k ?? '', value]);

  it.each([
    ['sum(increase(c_total[5m]))', [['', 4]]],
    ['sum by (k) (increase(c_total{k=~"a|x"}[5m])) / 2', [['a', 2]]],
    ['max by (k) (g) > 5', [['b', 7]]],
    ['g unless on (k) label_replace(max(g) == 7, "k", "a", "", "")', [['b', 7]]],
    ['sum(g) > 2 * (1 + 1) and sum(g) >= 11', [['', 11]]],
    [
      'g{k!="a"} == 7 or g',
      [
        ['b', 7],
        ['a', 4],
      ],
    ],
    ['1 - max(g) / 7 > 0', []],
  ])('%s', (expression, expected) => {
    expect(values(expression)).toEqual(expected);
  });
});
