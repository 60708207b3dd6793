import { describe } from 'vitest';
import { type Database, postgres, sqlite, whyNoPostgres } from '../../support/service/databases.ts';
import { addressCases } from './address-cases.ts';
import { budgetCases } from './budget-cases.ts';
import { changeCases } from './change-cases.ts';
import { changePostgresCases } from './change-postgres-cases.ts';
import { claimCases } from './claim-cases.ts';
import { claimPostgresCases } from './claim-postgres-cases.ts';
import { eventCases } from './event-cases.ts';
import { faultPostgresCases } from './fault-postgres-cases.ts';
import { faultSqliteCases } from './fault-sqlite-cases.ts';
import { gateCases } from './gate-cases.ts';
import { groupingCases } from './grouping-cases.ts';
import { normalizeCases } from './normalize-cases.ts';
import { openingCases } from './opening-cases.ts';
import { openingPostgresCases } from './opening-postgres-cases.ts';
import { openingSqliteCases } from './opening-sqlite-cases.ts';
import { rowsCases } from './rows-cases.ts';
import { stopCases } from './stop-cases.ts';

function contract(database: Database): void {
  describe('opening', () => openingCases(database));
  describe('changes', () => changeCases(database));
  describe('normalising', () => normalizeCases(database));
  describe('rows', () => rowsCases(database));
  describe('events', () => eventCases(database));
  describe('the row of the gate', () => gateCases(database));
  describe('claims', () => claimCases(database));
  describe('budgets', () => budgetCases(database));
  describe('stopped creation', () => stopCases(database));
  describe('one-time links', () => addressCases(database));
}

describe('the ledger on SQLite', () => {
  contract(sqlite);
  describe('opening a file', openingSqliteCases);
  describe('grouped commits', groupingCases);
  describe('faults of the file', faultSqliteCases);
});

const why = await whyNoPostgres();

describe.skipIf(why !== undefined)(`the ledger on PostgreSQL${why === undefined ? '' : `: ${why}`}`, () => {
  contract(postgres);
  describe('opening by several replicas', openingPostgresCases);
  describe('changes by several replicas', changePostgresCases);
  describe('claims by several replicas', claimPostgresCases);
  describe('faults of the server', faultPostgresCases);
});
