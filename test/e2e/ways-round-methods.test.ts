import { afterAll, describe } from 'vitest';
import { freePorts } from '../../sandbox/kratos/real/ports.ts';
import { waysClosedOnRealCases } from './cases/ways-closed-cases.ts';
import { waysMethodsCases } from './cases/ways-methods-cases.ts';
import { isReal, KRATOS, OR_WHY_SKIPPED } from './kratos-under-test.ts';
import { startOidcProvider } from './oidc-provider.ts';
import { useWorld } from './world.ts';

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
