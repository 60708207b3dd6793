import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toText } from '../../../webhook/texts/messages.ts';
import { type Overrides, readOverrides } from '../../../webhook/texts/overrides.ts';
import { createTexts, type Texts } from '../../../webhook/texts/texts.ts';
import { problems } from '../../support/service/environment.ts';

function read(yaml: string): Overrides {
  const found = readOverrides(yaml);
  if ('problems' in found) throw new Error(found.problems.join('\n'));
  return found;
}

function textsOf(yaml: string): Texts {
  return createTexts({ overrides: read(yaml) });
}

function wrongWith(yaml: string): readonly string[] {
  const found = readOverrides(yaml);
  return 'problems' in found ? found.problems : [];
}

describe('texts of the operator', () => {
  it('a text of the operator replaces ours, one by one', () => {
    const texts = textsOf('de:\n  status.approved: Alles erledigt.\n');
    expect(texts.translate('de', toText('status.approved'))).toBe('Alles erledigt.');
    expect(texts.translate('de', toText('status.rejected'))).toBe(
      'Die Prüfung ist abgeschlossen, aber Ihre Identität ist nicht bestätigt.',
    );
    expect(texts.translate('en', toText('status.approved'))).toBe('Thank you. There is nothing else you need to do.');
  });

  it('a language added by the operator is negotiated like ours, and falls back to English', () => {
    const texts = textsOf('pt-br:\n  status.approved: Sua identidade foi verificada.\n');
    for (const acceptLanguage of ['pt-BR', 'pt', 'pt-br;q=0.9, en;q=0.8'])
      expect(texts.choose({ acceptLanguage })).toBe('pt-BR');
    expect(texts.choose({ acceptLanguage: 'de' })).toBe('de');
    expect(texts.translate('pt-BR', toText('status.approved'))).toBe('Sua identidade foi verificada.');
    expect(texts.translate('pt-BR', toText('status.rejected'))).toBe(
      'The check is complete, but your identity is not verified.',
    );
  });

  it('a language of a country falls back to its language before English', () => {
    const texts = textsOf('de-AT:\n  button.start: Los geht’s\n');
    expect(texts.choose({ acceptLanguage: 'de-AT' })).toBe('de-AT');
    expect(texts.choose({ acceptLanguage: 'de' })).toBe('de');
    expect(texts.translate('de-AT', toText('button.start'))).toBe('Los geht’s');
    expect(texts.translate('de-AT', toText('button.continue'))).toBe('Weiter zur Identitätsprüfung');
  });

  it('a text of the operator may contain the brand', () => {
    const overrides = read('en:\n  button.start: Start with {{brand}}\n');
    expect(createTexts({ overrides, brand: 'Acme & <Co>' }).translate('en', toText('button.start'))).toBe(
      'Start with Acme & <Co>',
    );
    expect(createTexts({ overrides }).translate('en', toText('button.start'))).toBe('Start with This service');
  });

  it('a changed consent text needs a consent_version', () => {
    expect(createTexts().consentVersion).toBe('2');
    const texts = textsOf('consent_version: "2026-01"\nen:\n  consent.why: The law asks for it.\n');
    expect(texts.consentVersion).toBe('2026-01');
    expect(wrongWith('en:\n  consent.why: The law asks for it.\n')).toEqual([
      'consent_version must be set if a consent text is changed, so that people are asked again',
    ]);
  });

  it('a changed consent text under our own version is refused: consent to ours is no consent to theirs', () => {
    expect(wrongWith('consent_version: "2"\nen:\n  consent.why: The law asks for it.\n')).toEqual([
      'consent_version must differ from that of the shipped text ("2"), so that people are asked again',
    ]);
  });

  it('a text of the operator cannot include other texts', () => {
    const texts = textsOf('en:\n  button.start: $t(button.continue) for {{brand}}\n');
    expect(texts.translate('en', toText('button.start'))).toBe('$t(button.continue) for This service');
  });

  it('the texts of the operator may be empty', () => {
    for (const yaml of ['', '{}', '# later\n']) expect(read(yaml).languages).toEqual({});
  });

  it.each([
    ['en:\n  status.aproved: Done.\n', /^en: status\.aproved is no key of a text/],
    ['en:\n  toString: Done.\n', /^en: toString is no key of a text/],
    ['de:\n  next.date: Bald.\n', /^de: next\.date must have \{\{date\}\}, and no other/],
    ['de:\n  next.date: "{{day}}"\n', /^de: next\.date must have \{\{date\}\}/],
    ['de:\n  next.date: "{{date}} {{status}}"\n', /^de: next\.date must have \{\{date\}\}/],
    ['de:\n  button.start: "{{- brand}}"\n', /^de: button\.start must have no placeholder/],
    ['de:\n  button.start: ""\n', /^de: button\.start must not be empty/],
    ['de:\n  button.start: 5\n', /^de: button\.start must be a text/],
    ['de:\n  button:\n    start: Los\n', /^de: button must be a text/],
    ['de:\n  button.start: { length: { toString: 1 } }\n', /^de: button\.start must be a text/],
    ['de: Los\n', /^de must have texts by name below it/],
    ['not a tag:\n  button.start: Go\n', /^not a tag must be a language tag/],
    ['consent_version: 2026\n', /^consent_version must be in quotes/],
    ['consent_version: "a b"\n', /^consent_version must be 1 to 40 letters/],
    ['- en\n', /^it must have languages/],
    ['en: {', /^it must be YAML: /],
    ['en: {}\nen: {}\n', /^it must be YAML: /],
  ])('invalid texts of the operator are named: %j', (yaml, problem) => {
    expect(wrongWith(yaml)).toEqual([expect.stringMatching(problem)]);
  });

  it('the texts shown in docs/customization.md are valid', () => {
    const page = readFileSync(new URL('../../../docs/customization.md', import.meta.url), 'utf8');
    const yaml = /```yaml\n(consent_version:[\s\S]*?)```/.exec(page)?.[1] ?? '';
    expect(Object.keys(read(yaml).languages)).toEqual(['en', 'pt-BR']);
    expect(read(yaml).consentVersion).toBe('2026-01');
  });

  it('every mistake in TEXTS is reported at start', () => {
    const TEXTS = 'en:\n  a: b\n  next.date: Soon.\nxx_:\n  button.start: Go\n';
    const found = problems({ TEXTS });
    expect(found.map(({ name }) => name)).toEqual(['TEXTS', 'TEXTS', 'TEXTS']);
    expect(found.map(({ expected }) => expected).join('\n')).toMatch(/en: a is no.*\n.*en: next\.date.*\n.*xx_ must/);
  });
});
