import type { Execution } from '../execution/execution.ts';
import type { Sandbox } from '../sandbox.ts';
import type { ApiCall } from './call.ts';
import { type Answer, problem } from './problem.ts';
import { detailsAnswer, statusAnswer, stepsAnswer } from './retrieval-answers.ts';

/** `GET …/status`. It answers also while details are not yet readable. */
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

function find({ executions }: Sandbox, { params }: ApiCall): Execution | undefined {
  const execution = executions.get(params.executionId ?? '');
  const pairIsRight = params.accountId === undefined || execution?.accountId === params.accountId;
  return pairIsRight ? execution : undefined;
}

function findReadable(sandbox: Sandbox, call: ApiCall): Execution | undefined {
  const execution = find(sandbox, call);
  return execution && execution.readableAt <= sandbox.clock.now() ? execution : undefined;
}
