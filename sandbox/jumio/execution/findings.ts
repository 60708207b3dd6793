import type { Settings } from '../settings.ts';
import { capabilitiesOf } from './capabilities.ts';
import { decisionOf } from './decision.ts';
import type { Execution, Findings } from './execution.ts';
import { type Outcome, type Reason, reasonOf, type Verdict } from './outcome.ts';
import { workflowOf } from './workflows.ts';

/** What Jumio would find in an execution of which a tester picked this outcome. Throws ImpossibleOutcome. */
export function findingsOf(execution: Execution, outcome: Outcome, verdict: Verdict, settings: Settings): Findings {
  if (!execution.hasReferenceFace) return withoutFace(execution, settings);
  const runs = workflowOf(execution.definitionKey, settings.customWorkflowKeys)?.capabilities ?? [];
  return assemble(execution, settings, outcome, verdict, reasonOf(outcome, verdict, runs));
}

/** What Jumio does here is undocumented (jumio.md §12.11); this is one of the two ways the setting offers. */
function withoutFace(execution: Execution, settings: Settings): Findings {
  const reason: Reason = {
    capability: 'authentication',
    finding: 'NOT_EXECUTED',
    label: 'PRECONDITION_NOT_FULFILLED',
  };
  return assemble(execution, settings, { outcome: 'not-executed' }, 'not-executed', reason);
}

function assemble(
  { definitionKey, credentials }: Execution,
  { customWorkflowKeys, extractedData }: Settings,
  outcome: Outcome,
  verdict: Verdict,
  reason: Reason | undefined,
): Findings {
  const runs = workflowOf(definitionKey, customWorkflowKeys)?.capabilities ?? [];
  return {
    decision: decisionOf(outcome, verdict, reason),
    capabilities: capabilitiesOf({ runs, credentials, verdict, reason, extractedData }),
  };
}
