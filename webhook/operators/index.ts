export {
  flawOfNote,
  isReasonFor,
  may,
  type Operator,
  operatorNamed,
  operatorOf,
  reasonsFor,
  shownName,
  type Task,
} from './operator.ts';
export type { OperatorReason, OperatorSettings, ProxySettings, Role } from './settings.ts';
export { type OperatorsNow, operatorsInFile, parseOperators } from './source.ts';
