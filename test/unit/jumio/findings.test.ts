import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { toFindings } from '../../../webhook/jumio/findings.ts';
import { readDetails, wordsOf } from '../../support/fakes/jumio-labels.ts';

const facts = readFileSync(new URL('../../../docs/reference/jumio.md', import.meta.url), 'utf8');

describe('what Jumio found', () => {
  it('each check that did not pass is one word, sorted, each once', () => {
    const found = readDetails({
      usability: [
        ['REJECTED', 'GLARE'],
        ['REJECTED', 'BLURRED'],
        ['WARNING', 'BLURRED'],
        ['PASSED', 'OK'],
      ],
      similarity: [['WARNING', 'NOT_POSSIBLE']],
    });
    expect(toFindings(found)).toEqual(['similarity.NOT_POSSIBLE', 'usability.BLURRED', 'usability.GLARE']);
  });

  it('a label or a capability that Jumio does not document is kept as `other`, whatever it says', () => {
    const found = readDetails({
      usability: [['REJECTED', 'Erika Mustermann, born 1964']],
      houseRules: [['REJECTED', 'BLURRED']],
      constructors: [['REJECTED', 'BLURRED']],
      similarity: [['REJECTED', undefined]],
    });
    expect(toFindings(found)).toEqual(['other', 'similarity.other', 'usability.other']);
  });

  it('a check that did not run because of another finding is none', () => {
    const found = readDetails({
      extraction: [['NOT_EXECUTED', 'PRECONDITION_NOT_FULFILLED']],
      dataChecks: [['NOT_EXECUTED', 'TECHNICAL_ERROR']],
    });
    expect(toFindings(found)).toEqual(['dataChecks.TECHNICAL_ERROR']);
    expect(toFindings(undefined)).toEqual([]);
  });

  it('every label of the fact sheet is known', () => {
    const documented = wordsOf(facts);
    expect(documented.length).toBeGreaterThan(60);
    for (const [capability, label] of documented)
      expect(toFindings(readDetails({ [capability]: [['REJECTED', label]] }))).toEqual([`${capability}.${label}`]);
  });
});
