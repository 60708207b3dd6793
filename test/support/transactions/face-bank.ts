import { randomUUID } from 'node:crypto';
import { createFaceFactor, type Factors } from '../../../webhook/transactions/index.ts';
import type { ApprovalAttempt, Transaction } from '../../../webhook/transactions/model.ts';
import { callback, callbackOf } from '../clients/calls.ts';
import { type Execution, process } from '../fakes/jumio.ts';
import { eventually, signUp, untilStatus } from '../service/eventually.ts';
import type { TestServiceOptions } from '../service/service.ts';
import { type Bank, bank, WITH_TRANSACTIONS } from './bank.ts';

/** The payments of the tests, with the comparison of faces. */
const SETTINGS = `${WITH_TRANSACTIONS.TRANSACTIONS.replaceAll('[sms]', '[sms, face]')}face: { workflow_key: "10014" }\n`;

type FaceFactor = NonNullable<Factors['face']>;

/** A service at which people approve with their face, and what they do there. */
export interface FaceBank extends Bank {
  readonly factor: FaceFactor;
  /** A person whom Jumio has approved. */
  readonly approvedPayer: () => Promise<string>;
  readonly find: (id: string) => Promise<Transaction>;
  readonly offer: (id: string) => ReturnType<FaceFactor['offer']>;
  /** Presses the button: the attempt, which Jumio is still to begin. */
  readonly press: (id: string) => Promise<ApprovalAttempt>;
  /** Presses it as if it had just been offered: of two presses at the same moment both were. */
  readonly pressUnasked: (id: string) => Promise<ApprovalAttempt>;
  /** Presses it and waits for the comparison at Jumio. */
  readonly compare: (id: string) => Promise<{ readonly attempt: ApprovalAttempt; readonly execution: Execution }>;
  /** Ends a comparison at Jumio and sends its callback. */
  readonly decide: (execution: Execution, type: 'PASSED' | 'WARNING' | 'REJECTED') => Promise<void>;
  readonly attempt: (id: string) => Promise<ApprovalAttempt>;
  readonly kinds: (identityId: string) => Promise<string[]>;
}

function found<T>(value: T | undefined): T {
  if (value === undefined) throw new Error('the ledger has none such');
  return value;
}

/** Builds such a service for one test. Its clock stands still. */
export async function faceBank(options: TestServiceOptions = {}): Promise<FaceBank> {
  const service = await bank({ ...options, env: { TRANSACTIONS: SETTINGS, ...options.env } });
  service.clock.stop();
  const { clock, ctx, worker, jumio } = service;
  const { transactions } = ctx.ledger;
  const session = (identityId: string) => ({
    id: 'a-session',
    identityId,
    authenticatedAt: clock.now(),
    methods: [{ method: 'password', completedAt: clock.now() }],
    phones: [],
  });
  const factor = createFaceFactor(found(service.faces), { workflowKey: '10014', wake: () => worker.wake() });
  const find: FaceBank['find'] = async (id) => found(await transactions.find(id));
  const attempt: FaceBank['attempt'] = async (id) => found(await transactions.attempt(id));

  const offer: FaceBank['offer'] = async (id) => {
    const transaction = await find(id);
    return factor.offer(session(transaction.identityId), transaction, clock.now());
  };

  const pressUnasked: FaceBank['pressUnasked'] = async (id) => {
    const transaction = await find(id);
    const { identityId } = transaction;
    const payer = { session: session(identityId), locale: 'de', passwordAt: clock.now() };
    const of = { id: randomUUID(), transactionId: id, identityId, sessionId: payer.session.id };
    const { sends: _, ...seed } = found(factor.seed(undefined, transaction, undefined, payer));
    const begun = await transactions.begin(clock.now(), { ...of, factor: 'face', ...seed });
    if (typeof begun === 'string') throw new Error(`it is ${begun}`);
    await factor.start(begun, transaction, clock.now(), payer);
    return begun;
  };

  const press: FaceBank['press'] = async (id) => {
    const offered = await offer(id);
    if (offered.kind !== 'usable') throw new Error(`it is ${offered.why}`);
    return pressUnasked(id);
  };

  return {
    ...service,
    factor,
    find,
    attempt,
    offer,
    press,
    pressUnasked,
    approvedPayer: async () => {
      const id = randomUUID();
      const execution = await signUp(service, id);
      process(execution, 'PASSED', clock.now());
      await callback(service, callbackOf(execution));
      await untilStatus(service, id, 'approved');
      return id;
    },
    compare: async (id) => {
      const { id: attemptId } = await press(id);
      const started = await eventually(async () => {
        const one = await attempt(attemptId);
        if (one.state !== 'started' || (one.leasedUntil ?? 0) > clock.now()) throw new Error(`it is ${one.state}`);
        return one;
      });
      const execution = found(jumio.executions.find(({ executionId }) => executionId === started.executionId));
      return { attempt: started, execution };
    },
    decide: async (execution, type) => {
      process(execution, type, clock.now());
      clock.advance(60_000);
      await callback(service, callbackOf(execution));
    },
    kinds: async (identityId) => (await ctx.ledger.events(identityId)).map(({ kind }) => kind),
  };
}
