import { describe } from 'vitest';
import { postgres, whyNoPostgres } from '../../support/service/databases.ts';
import { ledgerContract } from './contract.ts';
import { changePostgresCases } from './postgres/change-cases.ts';
import { claimPostgresCases } from './postgres/claim-cases.ts';
import { dayPostgresCases } from './postgres/day-cases.ts';
import { faultPostgresCases } from './postgres/fault-cases.ts';
import { openingPostgresCases } from './postgres/opening-cases.ts';

const why = await whyNoPostgres();

describe.skipIf(why !== undefined)(`the ledger on PostgreSQL${why === undefined ? '' : `: ${why}`}`, () => {
  ledgerContract(postgres);
  describe('opening by several replicas', openingPostgresCases);
  describe('changes by several replicas', changePostgresCases);
  describe('claims by several replicas', claimPostgresCases);
  describe('days that several replicas count', dayPostgresCases);
  describe('faults of the server', faultPostgresCases);
});
