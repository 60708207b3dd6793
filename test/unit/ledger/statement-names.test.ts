import { expect, it } from 'vitest';
import { createNames } from '../../../webhook/ledger/database/postgres-connections.ts';

it.each([
  'select * from identities',
  'select "identities".* from identities',
  'select i.* from identities i',
  'select distinct * from identities',
  'select id, * from identities',
  'update identities set lease = 1 returning *',
])('a statement whose result a new column would change is not prepared: %s', (statement) => {
  expect(createNames()(statement)).toBeUndefined();
});

it.each([
  'select count(*) from verifications where identity_id = $1',
  'select 2 * lease from identities where id = $1',
  'insert into events (at) select at from unnest($1::bigint[]) as u (at)',
])('any other statement is prepared, under the same name each time: %s', (statement) => {
  const nameOf = createNames();
  const name = nameOf(statement);
  expect(name).toMatch(/^ledger_\d+$/);
  expect(nameOf('select 1')).not.toBe(name);
  expect(nameOf(statement)).toBe(name);
});
