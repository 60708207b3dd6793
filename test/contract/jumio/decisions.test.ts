import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { useSandbox } from './driver.ts';

const jumio = useSandbox();

const capabilitiesSchema = z.object({
  capabilities: z.record(
    z.string(),
    z.array(
      z.object({
        decision: z.object({ type: z.string(), details: z.object({ label: z.string() }) }),
        data: z.record(z.string(), z.unknown()).optional(),
      }),
    ),
  ),
});

/** The first entry of every capability, as `TYPE LABEL`. */
async function labelsOf(executionId: string): Promise<Record<string, string>> {
  const { capabilities } = capabilitiesSchema.parse(await jumio.details(executionId));
  const label = (entries: (typeof capabilities)[string]) =>
    `${entries[0]?.decision.type} ${entries[0]?.decision.details.label}`;
  return Object.fromEntries(Object.entries(capabilities).map(([name, entries]) => [name, label(entries)]));
}

async function ended(outcome: string, more: object = {}, start: object = {}): Promise<string> {
  const { executionId } = await jumio.create(start);
  await jumio.pick(executionId, outcome, more);
  return executionId;
}

describe('Jumio sandbox: score bands of decisions', () => {
  test.each([
    ['pass', 30, 'PASSED', 31],
    ['warn', 31, 'WARNING', 30],
    ['warn', 70, 'WARNING', 71],
    ['reject', 71, 'REJECTED', 70],
    ['not-executed', -1, 'NOT_EXECUTED', 0],
  ])('outcome %s accepts the score %i and refuses one outside of its band', async (outcome, score, type, outside) => {
    const { executionId } = await jumio.create();
    const wrong = await jumio.send('POST', `/sandbox/executions/${executionId}/outcome`, { outcome, score: outside });
    expect(wrong.status).toBe(400);
    await jumio.pick(executionId, outcome, { score });
    expect(await jumio.details(executionId)).toMatchObject({ decision: { type, risk: { score } } });
  });

  test('a decision may have a custom label and an unknown type', async () => {
    const executionId = await ended('reject', { decisionLabel: 'HOUSE_RULE_7', decisionType: 'ESCALATED' });
    expect(await jumio.details(executionId)).toMatchObject({
      decision: { type: 'ESCALATED', details: { label: 'HOUSE_RULE_7' } },
    });
  });
});

describe('Jumio sandbox: capabilities that build on a failed one', () => {
  const NOT = 'NOT_EXECUTED PRECONDITION_NOT_FULFILLED';

  test.each([
    ['BLURRED', 'REJECTED BLURRED', [NOT, NOT, NOT, NOT, NOT]],
    ['BAD_QUALITY', 'REJECTED BAD_QUALITY', [NOT, NOT, NOT, NOT, NOT]],
    ['UNSUPPORTED_DOCUMENT_TYPE', 'WARNING UNSUPPORTED_DOCUMENT_TYPE', [NOT, NOT, NOT, NOT, NOT]],
    ['MANIPULATED_DOCUMENT', 'PASSED OK', ['REJECTED MANIPULATED_DOCUMENT', NOT, NOT, 'PASSED OK', 'PASSED MATCH']],
    ['MRZ_CHECKSUM', 'PASSED OK', ['PASSED OK', 'PASSED OK', 'REJECTED MRZ_CHECKSUM', 'PASSED OK', 'PASSED MATCH']],
    ['NO_MATCH', 'PASSED OK', ['PASSED OK', 'PASSED OK', 'PASSED OK', 'PASSED OK', 'REJECTED NO_MATCH']],
    [
      'ID_USED_AS_SELFIE',
      'PASSED OK',
      ['PASSED OK', 'PASSED OK', 'PASSED OK', 'REJECTED ID_USED_AS_SELFIE', 'PASSED MATCH'],
    ],
  ])('a rejection for %s skips the capabilities that build on the failed one', async (label, usability, others) => {
    const executionId = await ended('reject', { label });
    const found = await labelsOf(executionId);
    expect(Object.keys(found).join(' ')).toBe('usability imageChecks extraction dataChecks liveness similarity');
    expect(Object.values(found)).toEqual([usability, ...others]);
    expect(await jumio.details(executionId)).toMatchObject({ decision: { type: 'REJECTED' } });
  });

  test('a warning skips no capability', async () => {
    const executionId = await ended('warn', { label: 'DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT' });
    const found = Object.entries(await labelsOf(executionId)).filter(([, label]) => !label.startsWith('PASSED'));
    expect(found).toEqual([['dataChecks', 'WARNING DOCUMENT_EXPIRY_WITHIN_CONFIGURED_LIMIT']]);
  });

  test('a failed extraction skips the screening', async () => {
    const executionId = await ended('reject', { label: 'GLARE' }, { workflowDefinition: { key: 10013 } });
    expect(await labelsOf(executionId)).toMatchObject({ watchlistScreening: NOT, addressValidation: NOT });
  });
});

describe('Jumio sandbox: open labels', () => {
  test('an unknown label is 400 unless its capability is given', async () => {
    const { executionId } = await jumio.create();
    const unknown = { outcome: 'reject', label: 'HOLOGRAM_MISSING' };
    expect((await jumio.send('POST', `/sandbox/executions/${executionId}/outcome`, unknown)).status).toBe(400);
    await jumio.pick(executionId, 'reject', { label: 'HOLOGRAM_MISSING', capability: 'imageChecks' });
    expect(await labelsOf(executionId)).toMatchObject({ imageChecks: 'REJECTED HOLOGRAM_MISSING' });
  });

  test('a label of several capabilities goes to the given one', async () => {
    const executionId = await ended('reject', { label: 'PHOTOCOPY', capability: 'liveness' });
    expect(await labelsOf(executionId)).toMatchObject({ usability: 'PASSED OK', liveness: 'REJECTED PHOTOCOPY' });
  });

  test('workflow 10170 has no capabilities', async () => {
    const executionId = await ended('pass', {}, { workflowDefinition: { key: 10170 } });
    expect(await jumio.details(executionId)).toMatchObject({ capabilities: {}, decision: { type: 'PASSED' } });
  });
});

describe('Jumio sandbox: overturned decisions', () => {
  test('an overturned decision is later than the first, has its own callback, and may follow an expiry', async () => {
    const { executionId } = await jumio.create();
    await jumio.pick(executionId, 'pass');
    const completed = z.object({ completedAt: z.string() });
    const before = completed.parse(await jumio.details(executionId)).completedAt;
    await jumio.control(`executions/${executionId}/overturn`, { outcome: 'reject', label: 'FAKE' });
    const after = await jumio.details(executionId);
    expect(after).toMatchObject({ decision: { type: 'REJECTED' } });
    expect(completed.parse(after).completedAt > before).toBe(true);
    expect(await jumio.settled()).toHaveLength(2);
    const expired = await jumio.create();
    await jumio.advance(3600);
    await jumio.control(`executions/${expired.executionId}/overturn`, { outcome: 'pass' });
    expect(await jumio.details(expired.executionId)).toMatchObject({
      workflow: { status: 'PROCESSED' },
      decision: { type: 'PASSED' },
    });
  });
});
