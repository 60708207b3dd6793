import { expect, it } from 'vitest';
import { queryFile } from '../../support/service/databases.ts';
import { eventually, passTime, signUp } from '../../support/service/eventually.ts';
import { testService } from '../../support/service/service.ts';
import { DAY, MINUTE } from '../../support/service/shifted-clock.ts';

it('the service counts the days that are over by itself, and stops in the middle of it', async () => {
  const service = await testService();
  const counted = (): unknown[] =>
    queryFile(service.databaseUrl, 'select day, part from counted_days where figures is not null');
  await signUp(service, '1d2a7c9e-4f0b-4a55-9f3e-0c1b2d3e4f50');
  passTime(service, MINUTE);
  passTime(service, 2 * DAY);
  await eventually(() => expect(counted().length).toBeGreaterThan(0));
  passTime(service, 300 * DAY);
  passTime(service, MINUTE);
  await eventually(() =>
    expect(queryFile(service.databaseUrl, 'select day from counted_days').length).toBeGreaterThan(500),
  );
  const begun = performance.now();
  await service.worker.stop();
  expect(performance.now() - begun).toBeLessThan(2_000);
  expect(counted().length).toBeLessThan(600);
  expect(service.logs.text()).not.toContain('counting the days failed');
  expect(queryFile(service.databaseUrl, 'select day from counted_days where leased_until > 0')).toEqual([]);
});
