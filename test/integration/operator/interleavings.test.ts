import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseAct } from '../../../webhook/model.ts';
import { actOn, recheck } from '../../../webhook/verification/operator/actions.ts';
import { caseVersion, type Decided, decideCase } from '../../../webhook/verification/operator/decide.ts';
import { newIdentity } from '../../../webhook/verification/record/record.ts';
import { runCli } from '../../support/clients/cli.ts';
import { consoleService } from '../../support/operator/console.ts';
import { recordOf } from '../../support/service/eventually.ts';
import type { TestService } from '../../support/service/service.ts';

let service: TestService;

beforeAll(async () => {
  service = await consoleService();
});

afterAll(() => service.close());

const act = fc.constantFrom<CaseAct>('approve', 'reject', 'new_attempt');

/** What happens to one case at the same moment: presses at pages that all show the same, commands, and the service's own work. */
const step = fc.oneof(
  fc.record({ kind: fc.constant('page' as const), act, by: fc.constantFrom('ann', 'bob', 'eve') }),
  fc.record({ kind: fc.constant('confirm' as const), by: fc.constantFrom('ann', 'bob', 'eve') }),
  fc.record({ kind: fc.constant('recheck' as const) }),
  fc.record({ kind: fc.constant('visit' as const) }),
);

type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

async function caseInReview(): Promise<string> {
  const id = randomUUID();
  const now = service.clock.now();
  await service.ctx.ledger.change(id, now, () => ({ record: newIdentity({ id, inherited: 'review' }, now) }));
  return id;
}

async function run(
  id: string,
  seen: string,
  secondPerson: readonly CaseAct[],
  one: Step,
): Promise<Decided | undefined> {
  const { ctx, clock } = service;
  const common = { identityId: id, door: 'console', seen, secondPerson } as const;
  switch (one.kind) {
    case 'page':
      return decideCase(ctx, {
        ...common,
        by: one.by,
        what: { kind: 'decide', act: one.act, reason: 'r', note: null },
      });
    case 'confirm':
      return decideCase(ctx, { ...common, by: one.by, what: { kind: 'confirm' } });
    case 'recheck':
      await actOn(ctx, {
        identityId: id,
        dryRun: false,
        decide: (record, now) => recheck(record, { force: true, hasEid: false }, now),
      });
      return undefined;
    case 'visit':
      await ctx.ledger.change(
        id,
        clock.now(),
        (record) => record && { record: { ...record, identity: { ...record.identity, priority: true } } },
      );
      return undefined;
    default:
      return one satisfies never;
  }
}

async function decisionsIn(id: string) {
  const events = await service.ctx.ledger.events(id);
  return events.filter(({ kind }) => kind === 'overridden' || kind === 'granted');
}

describe('interleavings', () => {
  it('of any number of pages that show the same, with work of the service between, exactly one decides', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 7 }), async (steps) => {
        const id = await caseInReview();
        const seen = caseVersion(await recordOf(service, id));
        const done = await Promise.all(steps.map((one) => run(id, seen, [], one)));
        const presses = steps.filter(({ kind }) => kind === 'page').length;
        const decided = done.filter((one) => one?.kind === 'decided');
        expect(decided).toHaveLength(Math.min(1, presses));
        expect(await decisionsIn(id)).toHaveLength(decided.length);
        for (const one of done) if (one?.kind === 'refused') expect(['changed', 'no-proposal']).toContain(one.why);
      }),
      { numRuns: 60 },
    );
  });

  it('where two must decide, no order of presses decides by one person', async () => {
    const all: readonly CaseAct[] = ['approve', 'reject', 'new_attempt'];
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
        const id = await caseInReview();
        for (const one of steps) await run(id, caseVersion(await recordOf(service, id)), all, one);
        for (const { detail } of await decisionsIn(id)) {
          const { by, proposed_by: proposedBy } = Object(detail);
          expect(proposedBy).toBeDefined();
          expect(by).not.toBe(proposedBy);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('a command beside pages decides about what stands, and the pages are told', async () => {
    const id = await caseInReview();
    const seen = caseVersion(await recordOf(service, id));
    const page = { kind: 'page', act: 'approve', by: 'ann' } as const;
    const [ran, ...pages] = await Promise.all([
      runCli(service, ['override', id, '--reject', '--reason', 'seen', '--by', 'carol', '--yes']),
      run(id, seen, [], page),
      run(id, seen, [], page),
    ]);
    expect(ran.code).toBe(0);
    const decided = pages.filter((one) => one?.kind === 'decided').length;
    expect(decided).toBeLessThanOrEqual(1);
    expect(await decisionsIn(id)).toHaveLength(1 + decided);
  });
});
