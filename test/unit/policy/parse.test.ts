import { readFileSync } from 'node:fs';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultPolicy } from '../../../webhook/verification/policy/parse.ts';
import { policyJsonSchema } from '../../../webhook/verification/policy/schema.ts';
import { mistakesOf, policyOf } from '../../support/builders/policies.ts';
import { problems } from '../../support/service/environment.ts';

const doc = (name: string): string => readFileSync(new URL(`../../../docs/${name}`, import.meta.url), 'utf8');

/** Line, path and given value of each mistake. */
function places(text: string): string[] {
  return mistakesOf(text).map(({ line, path, seen }) => `${line} ${path}: ${seen}`);
}

const REST = '\n  - then: allow';

describe('policy files', () => {
  it('a policy of one rule has the defaults of docs/design.md#who-may-start-again', () => {
    const policy = policyOf('rules: [{ then: allow }]');
    expect(policy).toMatchObject({ rules: [], otherwise: { index: 0, decision: 'allow' }, verdictLifetimeMs: null });
    expect(policy.startAgain).toEqual({
      reasons: [
        'unreadable',
        'face_unreadable',
        'document_unusable',
        'expired_document',
        'unsupported_document',
        'not_finished',
      ],
      maxRejections: 3,
      waitMs: 0,
      maxExecutions: 5,
      windowMs: 30 * 86_400_000,
      afterLifetime: true,
    });
    expect(policy.onRejected).toEqual({ revokeSessions: false, deactivate: false });
    expect(policy.startAgain).toEqual(defaultPolicy.startAgain);
  });

  it('a policy may set every key', () => {
    const policy = policyOf(`
verdict_lifetime: 365d
on_rejected: { revoke_sessions: true, deactivate: true }
start_again: { reasons: [unreadable], max_rejections: 1, wait: 12h, max_executions: 2, window: 7d, after_lifetime: false }
rules:
  - { name: a, when: { status: review, method: [oidc, code], account_older_than: 90s }, then: block, text: unknown }
  - then: allow`);
    expect(policy.startAgain).toEqual({
      reasons: ['unreadable'],
      maxRejections: 1,
      waitMs: 43_200_000,
      maxExecutions: 2,
      windowMs: 604_800_000,
      afterLifetime: false,
    });
    expect(policy.onRejected).toEqual({ revokeSessions: true, deactivate: true });
    expect(policy.verdictLifetimeMs).toBe(365 * 86_400_000);
    expect(policy.rules[0]).toMatchObject({
      name: 'a',
      decision: 'block',
      text: 'unknown',
      when: { status: ['review'], method: ['oidc', 'code'], accountOlderThan: 90_000 },
    });
  });

  it('the hash of a policy depends on its content, not on its formatting', () => {
    const same = policyOf('# a comment\nrules:\n  - then:   allow\n').hash;
    expect(policyOf('{"rules":[{"then":"allow"}]}').hash).toBe(same);
    expect(policyOf('rules: [{ then: block }]').hash).not.toBe(same);
    expect(same).toMatch(/^[0-9a-f]{12}$/);
  });

  it.each<[string, string, string[]]>([
    ['no rules', 'rules: []', ['1 rules: []']],
    ['an empty document', '', ['1 : nothing']],
    ['a plain text', 'allow', ['1 : "allow"']],
    [
      'an unknown value',
      `rules:\n  - when:\n      status: aproved\n    then: block${REST}`,
      ['3 rules[0].when.status: "aproved"'],
    ],
    [
      'an unknown value in a list',
      `rules:\n  - when: { flow: [login, signup] }\n    then: block${REST}`,
      ['2 rules[0].when.flow: ["login","signup"]'],
    ],
    [
      'a duration without a unit',
      `rules:\n  - when: { account_older_than: 7 }\n    then: block${REST}`,
      ['2 rules[0].when.account_older_than: 7'],
    ],
    [
      'an unknown key',
      `rules:\n  - whenn: { status: none }\n    when: { status: none }\n    then: block${REST}`,
      ['2 rules[0].whenn: {"status":"none"}'],
    ],
    ['no decision', `rules:\n  - when: { status: none }${REST}`, ['2 rules[0].then: nothing']],
    [
      'a last rule with a condition',
      `rules:\n  - when: { status: none }\n    then: block`,
      ['2 rules[0].when: {"status":"none"}'],
    ],
    ['a rule without a condition before the last', `rules:\n  - then: block${REST}`, ['2 rules[0]: {"then":"block"}']],
    [
      'an empty condition before the last rule',
      `rules:\n  - when: {}\n    then: block${REST}`,
      ['2 rules[0]: {"when":{},"then":"block"}'],
    ],
    ['a text beside allow', `rules:\n  - then: allow\n    text: review`, ['3 rules[0].text: "review"']],
    [
      'two rules of one name',
      `rules:\n  - { name: a, when: { status: none }, then: block }\n  - { name: a, then: allow }`,
      ['3 rules[1].name: "a"'],
    ],
    [
      'ages that exclude each other',
      `rules:\n  - when: { account_younger_than: 1d, account_older_than: 24h }\n    then: block${REST}`,
      ['2 rules[0].when.account_older_than: "24h"'],
    ],
    [
      'a way on and a text for an API',
      `rules:\n  - when: { flow: api }\n    then: block_with_way_on\n    text: review${REST}`,
      ['3 rules[0].then: "block_with_way_on"', '4 rules[0].text: "review"'],
    ],
    [
      'a method for an API',
      `rules:\n  - when: { flow: [api], method: code }\n    then: block${REST}`,
      ['2 rules[0].when.method: "code"'],
    ],
    [
      'a level of no eID',
      `rules:\n  - when: { source: [eid:a, jumio], level: x }\n    then: block${REST}`,
      ['2 rules[0].when.level: "x"'],
    ],
    [
      'a source that nothing has',
      `rules:\n  - when: { source: itsme }\n    then: block${REST}`,
      ['2 rules[0].when.source: "itsme"'],
    ],
    [
      'a way on for an approved person',
      `rules:\n  - when: { source: jumio }\n    then: block_with_way_on${REST}`,
      ['3 rules[0].then: "block_with_way_on"'],
    ],
    [
      'a way on for people who are approved at another level',
      'rules:\n  - when: { status: approved, source: eid:a, level: x }\n    then: allow\n  - then: block_with_way_on',
      ['4 rules[1].then: "block_with_way_on"'],
    ],
    [
      'such a way on behind a rule for some approved people',
      `rules:\n  - { when: { source: jumio }, then: allow }\n  - { when: { status: approved, schema: x }, then: allow }
  - { when: { status: [approved, none] }, then: block_with_way_on }${REST}`,
      ['4 rules[2].then: "block_with_way_on"'],
    ],
    [
      'a limit of zero',
      'start_again: { max_executions: 0 }\nrules: [{ then: allow }]',
      ['1 start_again.max_executions: 0'],
    ],
    ['invalid YAML', 'rules: [', ['1 : BAD_INDENT', '1 : MISSING_CHAR'].slice(0, 0)],
  ])('a policy with %s is refused with line, path and the given value', (_name, text, expected) => {
    if (expected.length > 0) expect(places(text)).toEqual(expected);
    else expect(mistakesOf(text)).not.toEqual([]);
    for (const { expected: wanted } of mistakesOf(text)) expect(wanted.length).toBeGreaterThan(6);
  });

  it.each([
    ['every approved person was decided before', '{ when: { status: [approved, review] }, then: block }, '],
    ['it is for people without an approval', '{ when: { status: [none, pending] }, then: block_with_way_on }, '],
    ['it is for approvals that count as expired', '{ when: { verdict_older_than: 365d }, then: block_with_way_on }, '],
  ])('a way on beside a rule for one source is accepted where %s', (name, between) => {
    const then = name.startsWith('every') ? 'block_with_way_on' : 'block';
    const rules = `rules: [{ when: { status: approved, source: eid:a }, then: allow }, ${between}{ then: ${then} }]`;
    expect(mistakesOf(`${rules}\nverdict_lifetime: 365d`)).toEqual([]);
  });

  it('every mistake of a policy is reported at once', () => {
    const text = 'extra: 1\nrules:\n  - when: { status: x, methd: y }\n    then: maybe\n  - then: allow';
    expect(places(text).sort()).toEqual([
      '1 extra: 1',
      '3 rules[0].when.methd: "y"',
      '3 rules[0].when.status: "x"',
      '4 rules[0].then: "maybe"',
    ]);
  });

  it.each([
    'when: { verdict_older_than: 365d }',
    'when: { status: approved, verdict_older_than: 365d }',
    'when: { status: [approved, review], verdict_older_than: 365d }',
  ])(
    'a rule that blocks approved persons by the age of their verdict (%s) needs a verdict_lifetime that lets them verify again',
    (when) => {
      const rules = `rules: [{ ${when}, then: block }, { then: allow }]`;
      expect(mistakesOf(rules)).toMatchObject([{ path: 'rules[0].when.verdict_older_than' }]);
      expect(mistakesOf(`verdict_lifetime: 366d\n${rules}`)).toHaveLength(1);
      expect(mistakesOf(`verdict_lifetime: 365d\n${rules}`)).toEqual([]);
    },
  );

  it.each([
    ['an alias without an anchor', 'rules: *missing', /^1 : Unresolved alias .* missing$/],
    [
      'a billion laughs',
      `a: &a [1,1,1,1,1]\nb: &b [${'*a,'.repeat(12)}]\nrules: [${'*b,'.repeat(12)}]`,
      /^1 : Excessive alias count/,
    ],
    ['a list that contains itself', 'rules: &a [*a]', /^1 rules\[0\]: a value that contains itself$/],
  ])('%s is a mistake of the policy and no exception', (_name, text, place) => {
    expect(places(text)[0]).toMatch(place);
    expect(problems({ POLICY: text })[0]?.name).toMatch(/^POLICY line 1/);
  });

  it.each([
    ['rules[0].name', 'rules: [{ name: %, then: allow }]'],
    ['rules', 'rules: %'],
    ['rules[0].when.method', 'rules: [{ when: { method: % }, then: allow }, { then: allow }]'],
    ['evidence.itsme', 'evidence: { itsme: % }\nrules: [{ then: allow }]'],
    ['required_level.a.itsme', 'required_level: { a: { itsme: % } }\nrules: [{ then: allow }]'],
  ])('a mapping whose length is no number is a mistake at %s', (path, text) => {
    expect(mistakesOf(text.replace('%', '{ length: { toString: 1 } }'))).toMatchObject([{ path }]);
  });

  it('a key that is no text is a mistake, and nothing is written beside the log', () => {
    const warn = vi.spyOn(process, 'emitWarning');
    onTestFinished(() => warn.mockRestore());
    expect(places('rules: [{ then: allow, ? [a] : 2 }]')).toEqual(['1 rules[0].[ a ]: 2']);
    expect(warn).not.toHaveBeenCalled();
  });

  it('mistakes in POLICY are reported beside those of other variables', () => {
    const found = problems({ PORT: 'x', POLICY: 'rules:\n  - then: maybe' });
    expect(found.map(({ name }) => name)).toEqual(['PORT', 'POLICY line 2, rules[0].then']);
    expect(found[1]).toMatchObject({ expected: 'allow, block or block_with_way_on', seen: '"maybe"' });
  });
});

describe('the published documents of the policy', () => {
  it('docs/schemas/policy.schema.json is the schema of the code (npm run docs:policy prints it)', () => {
    expect(JSON.parse(doc('schemas/policy.schema.json'))).toEqual(policyJsonSchema());
  });

  it('docs/examples/policy.strict.yaml is a valid policy', () => {
    expect(mistakesOf(doc('examples/policy.strict.yaml'))).toEqual([]);
  });
});
