import { describe } from 'vitest';
import type { Database } from '../../support/service/databases.ts';
import { addressCases } from './cases/address-cases.ts';
import { budgetCases } from './cases/budget-cases.ts';
import { changeCases } from './cases/change-cases.ts';
import { claimCases } from './cases/claim-cases.ts';
import { epochCases } from './cases/epoch-cases.ts';
import { eventCases } from './cases/event-cases.ts';
import { gateCases } from './cases/gate-cases.ts';
import { gaugeCases } from './cases/gauge-cases.ts';
import { keyCases } from './cases/key-cases.ts';
import { normalizeCases } from './cases/normalize-cases.ts';
import { openingCases } from './cases/opening-cases.ts';
import { readRequestCases } from './cases/read-request-cases.ts';
import { rowsCases } from './cases/rows-cases.ts';
import { stopCases } from './cases/stop-cases.ts';
import { attemptCases } from './transactions/attempt-cases.ts';
import { faceCases } from './transactions/face-cases.ts';
import { modelCases } from './transactions/model-cases.ts';
import { recordCases } from './transactions/record-cases.ts';
import { retentionCases } from './transactions/retention-cases.ts';
import { sendCases } from './transactions/send-cases.ts';
import { signingCases } from './transactions/signing-cases.ts';

/** What every ledger does, on every database. */
export function ledgerContract(database: Database): void {
  describe('opening', () => openingCases(database));
  describe('keys', () => keyCases(database));
  describe('changes', () => changeCases(database));
  describe('normalising', () => normalizeCases(database));
  describe('rows', () => rowsCases(database));
  describe('read requests', () => readRequestCases(database));
  describe('epochs', () => epochCases(database));
  describe('events', () => eventCases(database));
  describe('the row of the gate', () => gateCases(database));
  describe('claims', () => claimCases(database));
  describe('budgets', () => budgetCases(database));
  describe('gauges', () => gaugeCases(database));
  describe('stopped creation', () => stopCases(database));
  describe('one-time links', () => addressCases(database));
  describe('transactions', () => recordCases(database));
  describe('attempts to approve', () => attemptCases(database));
  describe('attempts with the face', () => faceCases(database));
  describe('the retention of transactions', () => retentionCases(database));
  describe('codes that are sent', () => sendCases(database));
  describe('the states of a transaction', () => modelCases(database));
  describe('keys of approvals', () => signingCases(database));
}
