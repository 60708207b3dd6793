import { expect, it, onTestFinished } from 'vitest';
import { parseConfig } from '../../../webhook/config/config.ts';
import { createDependencies } from '../../../webhook/dependencies.ts';
import { diagnose } from '../../../webhook/doctor/doctor.ts';
import { createLogger } from '../../../webhook/logging.ts';
import { json, startRecordingServer } from '../../support/fakes/http-server.ts';
import { START } from '../../support/fakes/jumio-server.ts';
import { sqlite } from '../../support/service/databases.ts';
import { MINIMAL } from '../../support/service/environment.ts';

it('every call to Kratos, Jumio and an eID provider, and every probe of the doctor, has the User-Agent of USER_AGENT', async () => {
  const server = await startRecordingServer(json(500, {}));
  onTestFinished(server.close);
  const env = {
    ...MINIMAL,
    DATABASE_URL: await sqlite.fresh(),
    USER_AGENT: 'AcmeBank Onboarding/v1.0',
    KRATOS_ADMIN_URL: server.url,
    JUMIO_AUTH_URL: `${server.url}/oauth2/token`,
    JUMIO_API_BASE_URL: server.url,
    EID_PROVIDERS: `mine: { issuer: "${server.url}", client_id: bridge, levels: [high] }`,
  };
  const { ctx } = await createDependencies(parseConfig(env), createLogger('silent'));
  onTestFinished(() => ctx.ledger.close());
  await Promise.allSettled([ctx.kratos.read('x'), ctx.jumio.create(START), ctx.eid?.client.discover('mine')]);
  const called = server.requests.length;
  await diagnose({ env, environmentSources: '', kratosConfig: [] });
  expect([called, server.requests.length > called]).toEqual([3, true]);
  expect(new Set(server.requests.map(({ headers }) => headers['user-agent']))).toEqual(
    new Set(['AcmeBank Onboarding/v1.0']),
  );
});
