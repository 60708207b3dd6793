import { afterAll, describe } from 'vitest';
import { freePorts } from '../../sandbox/kratos/real/ports.ts';
import { waysClosedOnRealCases } from './suites/bypass/closed.ts';
import { waysMethodsCases } from './suites/bypass/methods.ts';
import { isReal, KRATOS, OR_WHY_SKIPPED } from './support/kratos-under-test.ts';
import { startOidcProvider } from './support/oidc-provider.ts';
import { useWorld } from './support/world.ts';

const ports = await freePorts();

const provider = isReal ? await startOidcProvider(`http://kratos.demo.localhost:${ports.public}`) : undefined;

afterAll(() => provider?.stop());

const methods = {
  ...provider?.methods,
  totp: { enabled: true, config: { issuer: 'demo' } },
  link: { enabled: true },
};

describe.skipIf(!isReal)(`ways round the gate by other methods, with ${KRATOS}${OR_WHY_SKIPPED}`, () => {
  const world = useWorld({ kratos: { ports, more: { selfservice: { methods } } } });
  waysMethodsCases(world);
  waysClosedOnRealCases(world);
});
