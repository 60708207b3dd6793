import { describe } from 'vitest';
import { sqlite } from '../../support/service/databases.ts';
import { ledgerContract } from './contract.ts';
import { backlogCases } from './sqlite/backlog-cases.ts';
import { eventsSqliteCases } from './sqlite/events-cases.ts';
import { faultSqliteCases } from './sqlite/fault-cases.ts';
import { groupingCases } from './sqlite/grouping-cases.ts';
import { openingSqliteCases } from './sqlite/opening-cases.ts';
import { turnCases } from './sqlite/turn-cases.ts';

describe('the ledger on SQLite', () => {
  ledgerContract(sqlite);
  describe('opening a file', openingSqliteCases);
  describe('grouped commits', groupingCases);
  describe('faults of the file', faultSqliteCases);
  describe('a backlog', backlogCases);
  describe('a turn of the event loop', turnCases);
  describe('a backlog of events', eventsSqliteCases);
});
