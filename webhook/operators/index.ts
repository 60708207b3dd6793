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
export type { OperatorSettings, ProxySettings } from './settings.ts';
export { type OperatorsNow, operatorsInFile, parseOperators } from './source.ts';
