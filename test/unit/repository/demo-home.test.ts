import { expect, it } from 'vitest';
import { home } from '../../../sandbox/app/pages.ts';

it.each([
  ['approved', 'yes'],
  ['review', 'once you are verified'],
  ['rejected', 'no'],
])('the home page of the demo promises nothing beyond the status %s', (status, mayI) => {
  const at = '2026-01-01T00:00:00Z';
  const me = { id: 'id', email: 'ann@harbour.example', jumio: { status }, createdAt: at, updatedAt: at };
  const page = home(me, '/jumio/verify', '');
  expect(page).toContain(`<li>Send money: ${mayI}</li>`);
  expect(page).not.toContain('what I can do');
});
