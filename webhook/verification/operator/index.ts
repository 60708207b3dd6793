export { actOn, erase, type OperatorResult, recheck } from './actions.ts';
export { type BackfillContext, type BackfillProgress, backfill } from './backfill.ts';
export { type AuditPage, auditLines, noteExport, readAudit } from './console/audit.ts';
export { type AttemptView, type CaseView, changesSince, noteView, readCase } from './console/case-view.ts';
export {
  EVIDENCE_REASONS,
  type EvidenceOutcome,
  fetchEvidence,
  fetchImage,
} from './console/evidence.ts';
export { type Numbers, numberRows, readNumbers, SPANS } from './console/numbers.ts';
export {
  nextCase,
  type QueueEntry,
  type QueuePage,
  type QueueQuery,
  readQueue,
  setTaken,
} from './console/queue.ts';
export { isId, search } from './console/search.ts';
export { readService, type ServiceView } from './console/service.ts';
export { toCsv } from './csv.ts';
export { daysOf, type ReportDay, sumOf } from './days.ts';
export { type CaseDecision, type CaseRefusal, type Decided, decideCase, isAttemptInVain, renewLink } from './decide.ts';
export { compareCopies, explainWaiting, nextDue } from './describe.ts';
