import { randomUUID } from 'node:crypto';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CaseAct } from '../../../webhook/model.ts';
import { actOn, recheck } from '../../../webhook/verification/operator/actions.ts';
import { caseVersion, type Decided, decideCase } from '../../../webhook/verification/operator/decide.ts';
import { newIdentity } from '../../../webhook/verification/record/record.ts';
import { callback, callbackOf } from '../../support/clients/calls.ts';
import { runCli } from '../../support/clients/cli.ts';
import { process as processed } from '../../support/fakes/jumio.ts';
import { consoleService, inReview } from '../../support/operator/console.ts';
import { eventually, recordOf } from '../../support/service/eventually.ts';
import type { TestService } from '../../support/service/service.ts';
import { HOUR } from '../../support/service/shifted-clock.ts';

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

const REASON_OF = { '--approve': 'document-checked-by-hand', '--reject': 'forged-document' } as const;

/** What reaches one case from outside at the same moment. */
const outside = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('page' as const), act, by: fc.constantFrom('ann', 'bob') }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('command' as const),
      act: fc.constantFrom<keyof typeof REASON_OF>('--approve', '--reject'),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('callback' as const),
      type: fc.constantFrom<'PASSED' | 'REJECTED'>('PASSED', 'REJECTED'),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: 'recheck' as const }) },
);

type Outside = typeof outside extends fc.Arbitrary<infer T> ? T : never;

async function outsideStep(id: string, seen: string, one: Outside): Promise<Decided['kind'] | 'command' | undefined> {
  switch (one.kind) {
    case 'page':
      return (await run(id, seen, [], one))?.kind;
    case 'command': {
      const args = ['override', id, one.act, '--reason', REASON_OF[one.act], '--by', 'carol', '--yes'];
      expect(await runCli(service, args)).toMatchObject({ code: 0 });
      return 'command';
    }
    case 'callback': {
      const execution = service.jumio.latest(id);
      // Jumio decides anew, as after a review of its own.
      processed(execution, one.type, service.clock.now());
      expect((await callback(service, callbackOf(execution))).statusCode).toBe(200);
      return undefined;
    }
    case 'recheck':
      await run(id, seen, [], one);
      return undefined;
    default:
      return one satisfies never;
  }
}

/** Waits until the service has nothing more to do with a case. */
function untilQuiet(id: string) {
  service.worker.wake();
  return eventually(async () => {
    const record = await recordOf(service, id);
    const { identity, verifications } = record;
    const now = service.clock.now();
    const isReadDue = verifications.some(({ readDue }) => readDue !== null && readDue <= now);
    expect({ published: identity.published, isReadDue, isLeased: identity.leasedUntil > now }).toEqual({
      published: identity.version,
      isReadDue: false,
      isLeased: false,
    });
    return record;
  });
}

/** The events that change what an operator decides by. */
const CHANGES = new Set(['overridden', 'granted', 'decided']);

function doorOf(detail: unknown): unknown {
  return typeof detail === 'object' && detail !== null && 'door' in detail ? detail.door : undefined;
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

  it('of pages, commands, callbacks of Jumio and rechecks, each decision is one, and no page decides about what is no longer so', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(outside, { minLength: 3, maxLength: 6 }), async (steps) => {
        const id = await inReview(service);
        // A settled execution is read once an hour.
        service.clock.advance(2 * HOUR);
        const seen = caseVersion(await recordOf(service, id));
        const before = (await service.ctx.ledger.events(id)).length;
        const done = await Promise.all(steps.map((one) => outsideStep(id, seen, one)));
        const record = await untilQuiet(id);
        const events = (await service.ctx.ledger.events(id)).slice(before).filter(({ kind }) => CHANGES.has(kind));
        const ofPages = events.filter(({ detail }) => doorOf(detail) === 'console');
        expect(ofPages).toHaveLength(done.filter((one) => one === 'decided').length);
        expect(ofPages.length).toBeLessThanOrEqual(1);
        // A page that came first decided; one that came after anything was told so.
        if (ofPages.length === 1) expect(events[0]).toEqual(ofPages[0]);
        else expect(events.length > 0 || !steps.some(({ kind }) => kind === 'page')).toBe(true);
        expect(done.filter((one) => one === 'command')).toHaveLength(
          events.filter(({ detail }) => doorOf(detail) === 'cli').length,
        );
        const { verifications, identity } = record;
        const overrides = events.filter(({ kind }) => kind === 'overridden');
        expect(verifications.filter(({ source }) => source === 'operator')).toHaveLength(overrides.length);
        expect(service.kratos.copies.get(id)).toMatchObject({ status: identity.status });
        // Only an operator ends the rejection of an operator.
        const lastOverride = verifications.findLast(({ source }) => source === 'operator');
        if (lastOverride?.decision === 'FAILED') expect(identity.standing).toBe('rejected');
      }),
      { numRuns: 15 },
    );
  });
});
