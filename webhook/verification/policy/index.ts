export { isTooOld, keptOf, mayStart, type Permission, statusNow, waitingOnNow } from './eligibility.ts';
export { type PolicyMistake, parsePolicy, publishedPolicy } from './parse.ts';
export {
  type Decision,
  decisionOf,
  type EvidencePolicy,
  type Facts,
  type Flow,
  type OnRejected,
  type Policy,
  type RequiredLevels,
  type Rule,
  ruleFor,
  textOf,
} from './rules.ts';
