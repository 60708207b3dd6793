export { apiPolicy, onlyApproved } from './api-rules.ts';
export {
  effectiveStatus,
  effectiveWaitingOn,
  isApprovalExpired,
  mayStart,
  type Permission,
  standingAndStatus,
} from './eligibility.ts';
export { defaultPolicy, defaultPolicyWithPages, type PolicyMistake, parsePolicy } from './parse.ts';
export {
  type Condition,
  decisionOf,
  type EvidencePolicy,
  type Flow,
  type GateDecision,
  type OnRejected,
  type Policy,
  type PolicyFacts,
  type RequiredLevels,
  type Rule,
  refusalTextOf,
  ruleFor,
} from './rules.ts';
