import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { defaultLedger } from '../../../webhook/config/default-ledger.ts';

describe('the ledger of an operator who sets no DATABASE_URL', () => {
  it.each([
    ['/opt/bridge/', 'file:/opt/bridge/data/ledger.sqlite'],
    ['/opt/with a blank/', 'file:/opt/with a blank/data/ledger.sqlite'],
    ['/srv/app/node_modules/kratos-jumio-bridge/', 'file:/srv/app/data/ledger.sqlite'],
    ['/srv/app/node_modules/@a/node_modules/kratos-jumio-bridge/', 'file:/srv/app/data/ledger.sqlite'],
    ['/srv/my_node_modules/', 'file:/srv/my_node_modules/data/ledger.sqlite'],
    ['/srv/old-node_modules/bridge/', 'file:/srv/old-node_modules/bridge/data/ledger.sqlite'],
  ])('of the package in %s lies at %s', (folder, url) => {
    expect(defaultLedger(folder)).toBe(url);
  });

  it('does not depend on the working directory', () => {
    const before = defaultLedger();
    const spy = vi.spyOn(process, 'cwd').mockReturnValue('/elsewhere');
    onTestFinished(() => spy.mockRestore());
    expect(defaultLedger()).toBe(before);
    expect(before).toMatch(/^file:\/.*\/data\/ledger\.sqlite$/);
  });
});
