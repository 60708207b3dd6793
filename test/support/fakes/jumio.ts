import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { UpstreamError, type UpstreamFacts } from '../../../webhook/errors.ts';
import type { JumioResult } from '../../../webhook/jumio/result.ts';
import type { ExecutionIds, JumioClient, Start, Started } from '../../../webhook/jumio/types.ts';
import type { Reason } from '../../../webhook/model.ts';
import { CANARIES, HOSTED_LINK } from '../logs/canaries.ts';

/** One execution, which a test may read and change. */
export interface Execution extends ExecutionIds {
  readonly identityId: string;
  /** Our signed reference, from the create call. */
  readonly reference: string;
  readonly link: string;
  status: string;
  decision?: JumioResult['decision'];
  completedAt?: number;
  /** What a decision is to say that Jumio found. */
  findings?: readonly string[];
  /** Of a comparison of a face; a verification has that of the service. */
  readonly workflowKey?: string;
}

type Methods = { -readonly [Name in keyof JumioClient]?: JumioClient[Name] | undefined };

/**
 * A Jumio behind the interface of the client, without a socket: it records calls and returns the configured answers. The
 * server of `jumio-server.ts` answers over HTTP, for tests of the client and of the service as a process.
 */
export interface FakeJumio extends JumioClient {
  readonly calls: {
    readonly create: Start[];
    readonly status: ExecutionIds[];
    readonly details: ExecutionIds[];
    readonly prepare: { readonly url: string; readonly token: string; readonly data: object }[];
    readonly evidence: ExecutionIds[];
    /** The classifiers of the pictures that were asked for. */
    readonly image: string[];
    readonly deleteAccount: string[];
    /** How often a token was fetched as a probe. */
    readonly probe: true[];
  };
  /** All executions, in the order of their creation. */
  readonly executions: readonly Execution[];
  /** Replacements of methods, while set. */
  readonly instead: Methods;
  /** The latest execution of an identity; throws if there is none. */
  latest(identityId: string): Execution;
  /** The number of calls to the retrieval API. */
  reads(): number;
}

/** A rejection with these facts; by default the failure is the status. */
export function jumioFails(facts: Partial<UpstreamFacts> & { readonly operation: string }): Promise<never> {
  return Promise.reject(new UpstreamError({ upstream: 'jumio', failure: 'status', ...facts }));
}

/** A rejection as if connections to Jumio were refused. */
export function jumioDown(operation: string): Promise<never> {
  return jumioFails({ operation, failure: 'unreachable' });
}

/** For `instead`: a call without a response before the test ends. */
export function unanswered(): () => Promise<never> {
  const end = new AbortController();
  onTestFinished(() => end.abort());
  return () =>
    new Promise((_resolve, reject) => {
      end.signal.addEventListener('abort', () => reject(new Error('the test is over')));
    });
}

function startExecution(start: Start): Execution {
  const executionId = randomUUID();
  return {
    accountId: start.accountId ?? randomUUID(),
    executionId,
    identityId: start.identityId,
    reference: start.reference,
    link: `${HOSTED_LINK}&execution=${executionId}`,
    status: 'INITIATED',
    ...(start.comparison && { workflowKey: start.comparison.workflowKey }),
  };
}

function started({ accountId, executionId, link }: Execution): Started {
  return {
    accountId,
    executionId,
    link,
    sdkToken: CANARIES.sdkToken,
    transactionToken: CANARIES.transactionToken,
  };
}

function result(execution: Execution, workflowKey: string): JumioResult {
  const { accountId, executionId, status, decision, completedAt } = execution;
  return {
    accountId,
    executionId,
    status,
    definitionKey: execution.workflowKey ?? workflowKey,
    userReference: execution.reference,
    customerInternalReference: execution.identityId,
    ...(decision === undefined ? {} : { decision }),
    ...(completedAt === undefined ? {} : { completedAt }),
  };
}

function notFound(operation: string): UpstreamError {
  return new UpstreamError({ upstream: 'jumio', operation, failure: 'status', status: 404 });
}

/** @param workflowKey the `definitionKey` of every execution */
export function createFakeJumio(workflowKey = '10011'): FakeJumio {
  const calls: FakeJumio['calls'] = {
    create: [],
    status: [],
    details: [],
    prepare: [],
    evidence: [],
    image: [],
    deleteAccount: [],
    probe: [],
  };
  const executions: Execution[] = [];
  const instead: Methods = {};

  function find(ids: ExecutionIds, operation: string): Execution {
    const found = executions.find(({ executionId }) => executionId === ids.executionId);
    if (found === undefined) throw notFound(operation);
    return found;
  }

  return {
    calls,
    executions,
    instead,
    latest: (identityId) => {
      const found = executions.filter((execution) => execution.identityId === identityId).at(-1);
      if (found === undefined) throw new Error('no execution was started for this identity');
      return found;
    },
    reads: () => calls.status.length + calls.details.length,
    create: async (start) => {
      calls.create.push(start);
      if (instead.create) return instead.create(start);
      const execution = startExecution(start);
      executions.push(execution);
      return started(execution);
    },
    status: async (ids) => {
      calls.status.push(ids);
      return instead.status ? instead.status(ids) : find(ids, 'status').status;
    },
    details: async (ids) => {
      calls.details.push(ids);
      return instead.details ? instead.details(ids) : result(find(ids, 'details'), workflowKey);
    },
    prepare: async (url, token, data) => {
      calls.prepare.push({ url, token, data });
      await instead.prepare?.(url, token, data);
    },
    evidence: async (ids) => {
      calls.evidence.push(ids);
      if (instead.evidence) return instead.evidence(ids);
      const { identityId } = find(ids, 'details');
      const credentialId = `credential-of-${ids.executionId}`;
      const parts = ['FRONT', 'BACK', 'FACE'].map((classifier) => ({ credentialId, classifier }));
      return { customerInternalReference: identityId, texts: [{ name: 'lastName', value: CANARIES.trait }], parts };
    },
    image: async (accountId, part) => {
      calls.image.push(part.classifier);
      if (instead.image) return instead.image(accountId, part);
      return { type: 'image/png', bytes: Buffer.from('89504e470d0a1a0a', 'hex') };
    },
    probe: async () => {
      calls.probe.push(true);
      await instead.probe?.();
    },
    deleteAccount: async (accountId) => {
      calls.deleteAccount.push(accountId);
      if (instead.deleteAccount) return instead.deleteAccount(accountId);
      const left = executions.filter((execution) => execution.accountId !== accountId);
      if (left.length === executions.length) throw notFound('delete');
      executions.splice(0, executions.length, ...left);
    },
  };
}

/** Completes an execution with a decision. */
export function process(execution: Execution, type: 'PASSED' | 'WARNING' | 'REJECTED', at: number, reason?: Reason) {
  execution.status = 'PROCESSED';
  execution.completedAt = at;
  execution.decision = {
    type,
    ...(type === 'REJECTED' ? { reason: reason ?? 'other' } : {}),
    ...(execution.findings && { findings: execution.findings }),
  };
}
