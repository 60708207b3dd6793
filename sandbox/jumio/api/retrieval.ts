import { timestamp } from '../clock.ts';
import { expiredDecision, type Findings } from '../execution/outcome.ts';
import type { Category, Credential } from '../execution/workflows.ts';
import { accountHref, executionHref, fullExecutionHref, partHref } from '../links.ts';
import type { Execution, Sandbox } from '../state.ts';
import { type Answer, type ApiCall, problem } from './call.ts';

/** `GET …/status`. It answers even while the details are not readable yet. */
export function status(sandbox: Sandbox, call: ApiCall): Answer {
  const execution = find(sandbox, call);
  return execution ? { status: 200, body: statusAnswer(sandbox, execution) } : problem(404);
}

/** `GET …/workflow-executions/{id}`, with the account in its path or without. */
export function details(sandbox: Sandbox, call: ApiCall): Answer {
  const execution = findReadable(sandbox, call);
  return execution ? { status: 200, body: detailsAnswer(sandbox, execution) } : problem(404);
}

/** `GET …/steps`. */
export function steps(sandbox: Sandbox, call: ApiCall): Answer {
  const execution = findReadable(sandbox, call);
  return execution ? { status: 200, body: stepsAnswer(sandbox, execution) } : problem(404);
}

/** A grey pixel: the sandbox has no camera. */
const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

/** `GET …/credentials/{id}/parts/{classifier}`: a picture of a credential that was uploaded. */
export function image({ executions }: Sandbox, { params }: ApiCall): Answer {
  const execution = [...executions.values()].find(
    ({ accountId, acquiredAt, credentials }) =>
      accountId === params.accountId &&
      acquiredAt !== undefined &&
      credentials.some(
        ({ id, category }) => id === params.credentialId && CLASSIFIERS[category].includes(params.classifier ?? ''),
      ),
  );
  return execution ? { status: 200, body: PIXEL, headers: { 'content-type': 'image/png' } } : problem(404);
}

function find({ executions }: Sandbox, { params }: ApiCall): Execution | undefined {
  const execution = executions.get(params.executionId ?? '');
  const pairIsRight = params.accountId === undefined || execution?.accountId === params.accountId;
  return pairIsRight ? execution : undefined;
}

function findReadable(sandbox: Sandbox, call: ApiCall): Execution | undefined {
  const execution = find(sandbox, call);
  return execution && execution.readableAt <= sandbox.clock.now() ? execution : undefined;
}

/** docs/reference/jumio.md#72-status-response: neither of the references is in it. */
function statusAnswer(sandbox: Sandbox, execution: Execution): unknown {
  const { id, accountId, definitionKey } = execution;
  return {
    account: { id: accountId, href: accountHref(sandbox, accountId) },
    workflowExecution: { id, href: executionHref(sandbox, id), definitionKey, status: shownStatus(sandbox, execution) },
  };
}

/** docs/reference/jumio.md#73-details-response: the top key is `workflow`, and only this response holds `customerInternalReference`. */
function detailsAnswer(sandbox: Sandbox, execution: Execution): unknown {
  const { id, accountId, definitionKey, userReference, customerInternalReference } = execution;
  const { createdAt, startedAt, completedAt } = execution;
  const status = shownStatus(sandbox, execution);
  return {
    workflow: {
      id,
      status,
      definitionKey,
      ...(userReference === undefined ? {} : { userReference }),
      customerInternalReference,
    },
    account: { id: accountId },
    createdAt: timestamp(createdAt),
    ...(startedAt === undefined ? {} : { startedAt: timestamp(startedAt) }),
    ...(completedAt === undefined ? {} : { completedAt: timestamp(completedAt) }),
    credentials: execution.credentials.map((credential) => credentialAnswer(sandbox, execution, credential)),
    ...findingsShown(sandbox, execution),
    steps: { href: `${fullExecutionHref(sandbox, execution)}/steps` },
  };
}

/** One step that stands for all of them; none before there is a decision. */
function stepsAnswer(sandbox: Sandbox, execution: Execution): unknown {
  const { decision, capabilities } = findingsShown(sandbox, execution);
  if (!decision) return { steps: [] };
  const capabilityIds = Object.values(capabilities).flatMap((entries) => entries.map(({ id }) => id));
  return { steps: [{ id: execution.id, name: 'ID_IV', capabilityIds, decision }] };
}

function findingsShown(
  { settings }: Sandbox,
  { status, findings }: Execution,
): Partial<Findings> & Pick<Findings, 'capabilities'> {
  if (status === 'PROCESSED' && findings) return findings;
  const expired = status === 'TOKEN_EXPIRED' || status === 'SESSION_EXPIRED';
  return { ...(expired ? { decision: expiredDecision(settings.expiredDecision) } : {}), capabilities: {} };
}

function shownStatus({ settings }: Sandbox, { status, shownStatus: byHand }: Execution): string {
  const hidden = status === 'ACQUISITION_STARTED' && !settings.retrievalShowsAcquisitionStarted;
  return byHand ?? (hidden ? 'INITIATED' : status);
}

const CLASSIFIERS: Readonly<Record<Category, readonly string[]>> = {
  ID: ['FRONT', 'BACK'],
  SELFIE: ['FACE'],
  FACEMAP: ['FACEMAP', 'LIVENESS_1'],
  DATA: [],
  DOCUMENT: ['DOCUMENT'],
};

/** Without an upload there are no `parts`; a face map is listed without `href`. */
function credentialAnswer(sandbox: Sandbox, execution: Execution, { id, category }: Credential): unknown {
  const classifiers = CLASSIFIERS[category];
  if (execution.acquiredAt === undefined || classifiers.length === 0) return { id, category };
  const parts = classifiers.map((classifier) =>
    classifier === 'FACEMAP' ? { classifier } : { classifier, href: partHref(sandbox, execution, id, classifier) },
  );
  return { id, category, parts };
}
