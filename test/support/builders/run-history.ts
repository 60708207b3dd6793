import type {
  Answered,
  CallbackKind,
  Creation,
  DecidedEvent,
  Decision,
  ExecutionChange,
  GateCall,
  Kill,
  LedgerIdentity,
  LedgerVerification,
  Publication,
  PublishedEvent,
  Restart,
  Revocation,
  RunHistory,
  SentCallback,
  SignUp,
} from '../../chaos/history/history.ts';

export const IDENTITY = '9f425a8d-7efc-4768-8f23-7647a74fdf13';

/** The process that makes every call, unless another one is named. */
export const CALLER = 'chaos/0.1';

const STATUS = { PASSED: 'approved', WARNING: 'review', FAILED: 'rejected' } as const;

const VERDICT = { PASSED: 'PASSED', WARNING: 'WARNING', REJECTED: 'FAILED' } as const;

/** How a call that a double served is recorded. */
interface Recorded {
  readonly answered?: Answered;
  readonly caller?: string;
}

/** A small run of one identity, written by hand: each method records what one side saw, in the order of the calls. */
export function recordRun() {
  let seq = 0;
  let sessions = 1;
  let identity: LedgerIdentity = { id: IDENTITY, status: 'pending', version: 0, published: 0, isDue: false };
  const creations: Creation[] = [];
  const changes: ExecutionChange[] = [];
  const publications: Publication[] = [];
  const revocations: Revocation[] = [];
  const signUps: SignUp[] = [];
  const callbacks: SentCallback[] = [];
  const gates: GateCall[] = [];
  const restarts: Restart[] = [];
  const kills: Kill[] = [];
  const verifications: LedgerVerification[] = [];
  const decided: DecidedEvent[] = [];
  const published: PublishedEvent[] = [];
  const copiesThatDiffered: string[] = [];
  const knownOrphans: string[] = [];

  const next = (): number => {
    seq += 1;
    return seq;
  };

  /** One second passes between two entries. */
  function served({ answered = 'given', caller = CALLER }: Recorded) {
    const at = next();
    return { seq: at, wall: at * 1000, caller, answered, ...(answered === 'given' && { answeredAt: at * 1000 }) };
  }

  const run = {
    signsUp: () => {
      signUps.push({ seq: next(), identityId: IDENTITY });
      return run;
    },
    /** Jumio creates an execution for an attempt; the ledger does not know it yet. */
    creates: (executionId: string, attempt = 1, recorded: Recorded = {}) => {
      const facts = served(recorded);
      const reference = `1.v${attempt}.mac`;
      creations.push({ ...facts, at: facts.wall, identityId: IDENTITY, reference, accountId: 'a', executionId });
      return run;
    },
    /** The ledger knows the execution of an attempt. */
    links: (executionId: string, attempt = 1) => {
      const requestedAt = next() * 1000 - 1;
      const row = { id: `v${attempt}`, identityId: IDENTITY, attempt, state: 'started', requestedAt, decision: null };
      verifications.push({ ...row, executionId });
      return run;
    },
    /** Jumio decides. A rejection is final unless it says otherwise. */
    decides: (executionId: string, type: Decision['type'], isRetryable = false) => {
      const at = next();
      const decision = { type, isRetryable, completedAt: at * 1000 };
      changes.push({ seq: at, executionId, status: 'PROCESSED', decision });
      return run;
    },
    expires: (executionId: string) => {
      changes.push({ seq: next(), executionId, status: 'SESSION_EXPIRED' });
      return run;
    },
    /** The ledger records a decision that it has read. */
    reads: (attempt: number, type: Decision['type']) => {
      decided.push({ verificationId: `v${attempt}`, verdict: VERDICT[type] });
      return run;
    },
    /** Kratos applies a version; the ledger has confirmed it where the answer was given. */
    publishes: (
      version: number,
      status: string,
      executionId: string,
      recorded: Recorded & { digest?: string } = {},
    ) => {
      const verdict = Object.entries(STATUS).find(([, one]) => one === status)?.[0];
      const { digest = `bytes of ${version}` } = recorded;
      const facts = served(recorded);
      publications.push({ ...facts, identityId: IDENTITY, version, status, verdict, executionId, digest });
      if (facts.answered === 'given') published.push({ identityId: IDENTITY, version });
      identity = { ...identity, status, version, published: version };
      return run;
    },
    revokes: () => {
      revocations.push({ ...served({}), identityId: IDENTITY, ended: sessions });
      sessions = 0;
      return run;
    },
    calls: (kind: CallbackKind, executionId: string, status = 200) => {
      callbacks.push({ seq: next(), kind, identityId: IDENTITY, executionId, status });
      return run;
    },
    signsIn: (status: 204 | 403) => {
      gates.push({ identityId: IDENTITY, from: next(), to: next(), copyVersion: identity.version, status });
      if (status === 204) sessions += 1;
      return run;
    },
    restarts: (outcome: Restart['outcome'] = 'granted') => {
      restarts.push({ from: next(), to: next(), identityId: IDENTITY, outcome });
      return run;
    },
    kills: (caller = CALLER) => {
      const at = next();
      kills.push({ seq: at, wall: at * 1000, caller, point: 'at random' });
      return run;
    },
    /** The ledger shows something else than the last publication. */
    ledgerSays: (patch: Partial<LedgerIdentity>) => {
      identity = { ...identity, ...patch };
      return run;
    },
    /** Forgets the row of the identity. */
    history: ({ hasRow = true } = {}): RunHistory => ({
      seed: 7,
      jumio: { creations, changes, reads: [] },
      kratos: { publications, revocations, reads: [], sessions: new Map([[IDENTITY, sessions]]) },
      driver: { signUps, callbacks, gates, restarts, kills },
      ledger: {
        identities: hasRow ? [identity] : [],
        verifications,
        decided,
        published,
        copiesThatDiffered,
        knownOrphans,
        events: 0,
      },
    }),
  };
  return run;
}

/** A person who has signed up and has a link to Jumio. */
export function signedUpRun() {
  return recordRun().signsUp().creates('e1').links('e1').publishes(1, 'pending', 'e1').signsIn(403);
}

/** A person whom Jumio has approved, and who has signed in. */
export function approvedRun() {
  const decided = signedUpRun().decides('e1', 'PASSED').calls('genuine', 'e1').reads(1, 'PASSED');
  return decided.publishes(2, 'approved', 'e1').signsIn(204);
}

/** A person whom Jumio has rejected for good. */
export function rejectedRun() {
  const decided = signedUpRun().decides('e1', 'REJECTED').calls('genuine', 'e1').reads(1, 'REJECTED');
  return decided.revokes().publishes(2, 'rejected', 'e1').signsIn(403);
}
