import { describe, expect, it } from 'vitest';
import {
  flawOfNote,
  may,
  operatorNamed,
  operatorOf,
  parseOperators,
  shownName,
} from '../../../webhook/operators/index.ts';
import { config, problems } from '../../support/service/environment.ts';

const ANN = '6f2c9d0e-0f0c-4b53-a9d2-9c4b8f3d2a11';

const BOB = '1c1a3a52-7c5b-4b53-8f5e-0d7a2a9f6c02';

const PEOPLE = `people:\n  ${ANN}: { name: Ann, role: approver }\n  ${BOB}: { name: Bob, role: reviewer }\n`;

function settings(more = '') {
  const parsed = parseOperators(`${PEOPLE}${more}`);
  if (!('settings' in parsed)) throw new Error(JSON.stringify(parsed.problems));
  return parsed.settings;
}

describe('the document of OPERATORS', () => {
  it('needs nothing but people: a second factor, fifteen minutes, one person, and reasons for each act', () => {
    const { level, fresh, second_person: secondPerson, reasons } = settings();
    expect({ level, fresh, secondPerson }).toEqual({ level: 'aal2', fresh: 900_000, secondPerson: [] });
    expect(new Set(reasons.flatMap((one) => one.for))).toEqual(new Set(['approve', 'reject', 'new_attempt']));
    expect(settings('fresh: 8h').fresh).toBe(8 * 3_600_000);
    const upper = parseOperators(PEOPLE.replace(ANN, ANN.toUpperCase()));
    expect('settings' in upper && operatorOf(upper.settings, ANN)?.name).toBe('Ann');
  });

  it.each([
    ['no YAML', ': : :', ''],
    ['nobody', 'people: {}', 'at least one person'],
    ['a role that there is not', `people: { ${ANN}: { name: Ann, role: admin } }`, 'people'],
    ['a member that there is not', `${PEOPLE}pasword: x`, ''],
    [
      'a reason twice',
      `${PEOPLE}reasons: [{ key: a, for: [approve, reject, new_attempt] }, { key: a, for: [approve] }]`,
      'not a twice',
    ],
    ['an act without a reason', `${PEOPLE}reasons: [{ key: a, for: [approve, reject] }]`, 'a reason for new_attempt'],
    [
      'two people where only one may decide',
      `people: { ${ANN}: { name: Ann, role: approver } }\nsecond_person: [approve]`,
      'one more person',
    ],
    [
      'two people without an approver',
      `people: { ${ANN}: { name: Ann, role: reviewer }, ${BOB}: { name: Bob, role: reviewer } }\nsecond_person: [approve]`,
      'an approver',
    ],
    ['a time without a unit', `${PEOPLE}fresh: 15`, 'fresh'],
    [
      'a header that every client sends',
      `${PEOPLE}proxy: { header: cookie, issuer: a, audience: b, jwks: "https://a.example" }`,
      'proxy.header',
    ],
    ['keys at no address', `${PEOPLE}proxy: { header: x-assertion, issuer: a, audience: b, jwks: viewer }`, 'a URL'],
    [
      'keys of a proxy that anybody on the way could change',
      `${PEOPLE}proxy: { header: x-assertion, issuer: a, audience: b, jwks: "http://proxy.example.com/jwks" }`,
      'https',
    ],
  ])('with %s is refused', (_what, yaml, said) => {
    const parsed = parseOperators(yaml);
    expect(parsed).toHaveProperty('problems');
    expect(JSON.stringify(parsed)).toContain(said);
  });

  it('needs the pages, and EVIDENCE needs it', () => {
    const pages = { PUBLIC_URL: 'https://verify.example.com', KRATOS_PUBLIC_URL: 'https://auth.example.com' };
    expect(config({ OPERATORS: PEOPLE, ...pages }).OPERATORS?.people[ANN]?.name).toBe('Ann');
    expect(
      problems({ OPERATORS: PEOPLE })
        .map(({ name }) => name)
        .sort(),
    ).toEqual(['KRATOS_PUBLIC_URL', 'PUBLIC_URL']);
    expect(problems({ EVIDENCE: 'images', ...pages }).map(({ name }) => name)).toEqual(['OPERATORS']);
    expect(problems({ OPERATORS: 'people: []', ...pages })[0]?.expected).toContain('docs/console.md');
  });
});

describe('an operator', () => {
  it('is found by the id, and at a command by a name that is of one person; never by a member of every object', () => {
    const list = settings();
    expect(operatorOf(list, ANN)).toEqual({ id: ANN, name: 'Ann', role: 'approver' });
    for (const id of ['constructor', '__proto__', 'toString', 'Ann']) expect(operatorOf(list, id)).toBeUndefined();
    expect(operatorNamed(list, 'ann')?.id).toBe(ANN);
    expect(operatorNamed(settings(`  ${'0'.repeat(8)}: { name: Ann, role: viewer }\n`), 'Ann')).toBeUndefined();
    expect([shownName(list, ANN), shownName(list, 'carol')]).toEqual(['Ann', 'carol']);
  });

  it('may do what the role says', () => {
    const tasks = ['findings', 'take', 'decide', 'evidence', 'confirm', 'audit', 'export'] as const;
    const allowed = (role: 'viewer' | 'reviewer' | 'approver') => tasks.filter((task) => may({ role }, task));
    expect(allowed('viewer')).toEqual([]);
    expect(allowed('reviewer')).toEqual(['findings', 'take', 'decide', 'evidence']);
    expect(allowed('approver')).toEqual([...tasks]);
  });

  it.each([
    ['seen in the branch', undefined],
    ['a@b', 'no e-mail address'],
    ['passport 12345', 'five digits'],
    ['a\u0000b', 'one line'],
    ['x'.repeat(101), 'one line'],
  ])('writes a note such as %j: %s', (note, flaw) => {
    if (flaw === undefined) expect(flawOfNote(note)).toBeUndefined();
    else expect(flawOfNote(note)).toContain(flaw);
  });
});
