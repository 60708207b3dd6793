import type { Creation, Decision, ExecutionChange } from '../history/history.ts';
import type { Timeline } from '../history/timeline.ts';

/** An execution at Jumio. */
export interface Execution {
  readonly creation: Creation;
  /** When its link ends, by the service's clock. */
  readonly endsAt: number;
  /** `GONE`: Jumio answers 404. */
  readonly status: string;
  readonly decision?: Decision;
}

/** The executions of a run and all their changes. */
export interface Executions {
  readonly creations: readonly Creation[];
  readonly changes: readonly ExecutionChange[];
  add(creation: Creation, lifetimeMs: number): void;
  /** Undefined: Jumio does not know it. A link that nobody used has ended with its lifetime. */
  readonly find: (executionId: string) => Execution | undefined;
  /** Those of an identity, oldest first; some may be orphans. */
  readonly ofIdentity: (identityId: string) => readonly Execution[];
  /** Changes the status of an execution. */
  readonly progress: (executionId: string, status: string) => void;
  /** Decides an execution, for the first time or anew. */
  readonly decide: (executionId: string, decision: Pick<Decision, 'type' | 'isRetryable'>) => void;
}

const ENDED = new Set(['PROCESSED', 'SESSION_EXPIRED', 'TOKEN_EXPIRED', 'GONE']);

/** Creates the executions of a run. */
export function createExecutions(timeline: Timeline): Executions {
  const executions = new Map<string, Execution>();
  const ofIdentity = new Map<string, string[]>();
  const creations: Creation[] = [];
  const changes: ExecutionChange[] = [];
  let lastCompletedAt = 0;

  function change(executionId: string, status: string, decision?: Decision): void {
    const execution = executions.get(executionId);
    if (execution === undefined) throw new Error(`no such execution: ${executionId}`);
    const decided = decision === undefined ? {} : { decision };
    executions.set(executionId, { ...execution, status, ...decided });
    changes.push({ seq: timeline.next(), executionId, status, ...decided });
  }

  return {
    creations,
    changes,
    add: (creation, lifetimeMs) => {
      creations.push(creation);
      const { executionId, identityId, at } = creation;
      ofIdentity.set(identityId, [...(ofIdentity.get(identityId) ?? []), executionId]);
      executions.set(executionId, { creation, endsAt: at + lifetimeMs, status: 'INITIATED' });
    },
    find: (executionId) => {
      const execution = executions.get(executionId);
      const isOver = execution && !ENDED.has(execution.status) && timeline.now() > execution.endsAt;
      if (isOver) change(executionId, 'TOKEN_EXPIRED');
      const found = executions.get(executionId);
      return found?.status === 'GONE' ? undefined : found;
    },
    ofIdentity: (identityId) =>
      (ofIdentity.get(identityId) ?? []).map((id) => executions.get(id)).filter((one) => one !== undefined),
    progress: (executionId, status) => change(executionId, status),
    decide: (executionId, { type, isRetryable }) => {
      lastCompletedAt = Math.max(lastCompletedAt + 1, timeline.now());
      change(executionId, 'PROCESSED', { type, isRetryable, completedAt: lastCompletedAt });
    },
  };
}
