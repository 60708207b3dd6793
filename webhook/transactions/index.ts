export { type AnswerOutcome, judgeAnswer } from './approve.ts';
export { type ConsumeOutcome, consumeApproval } from './consume.ts';
export type { TransactionContext } from './context.ts';
export type { Factor } from './factor.ts';
export { authorizationDetails, type Payment } from './payment/details.ts';
export { LIFETIME_S, type RecordOutcome, recordTransaction } from './record.ts';
export { stateAsOf } from './states.ts';
export { cancelTransaction, findTransaction, type TransactionView } from './view.ts';
