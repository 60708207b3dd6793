import { stringify } from 'yaml';
import { fillRecipe } from '../../sandbox/eid/recipe.ts';
import { type EidProvider, startEidProvider } from '../../sandbox/eid/server.ts';
import { type JumioControl, jumioControl } from '../../sandbox/journeys/jumio-control.ts';
import { freePorts } from '../../sandbox/kratos/ports.ts';
import { type Neighbourhood, startNeighbourhood } from '../../sandbox/neighbourhood.ts';

export const ITSME = {
  basic: 'http://itsme.services/v2/claim/acr_basic',
  advanced: 'http://itsme.services/v2/claim/acr_advanced',
} as const;

const CLIENT = { clientId: 'bridge', clientSecret: 'bridge-secret-0000000000000000001' };

/** Both eID providers, and a Kratos that has the shipped recipes of both. */
export interface EidWorld {
  readonly place: Neighbourhood;
  readonly jumio: JumioControl;
  readonly itsme: EidProvider;
  readonly idemia: EidProvider;
  stop(): Promise<void>;
}

const POLICY = `
rules: [{ when: { status: rejected }, then: block }, { then: allow }]
evidence: { itsme: any, idemia: [loa-4] }
required_level: { person: { idemia: loa-3 } }
`;

function providers(itsme: EidProvider, idemia: EidProvider): string {
  return stringify({
    itsme: { issuer: itsme.issuer, client_id: CLIENT.clientId, levels: [ITSME.basic, ITSME.advanced] },
    idemia: { issuer: idemia.issuer, client_id: CLIENT.clientId, levels: ['loa-2', 'loa-3', 'loa-4'] },
  });
}

/** Only with a real Kratos: the stand-in knows no OpenID Connect. */
export async function startEidWorld(): Promise<EidWorld> {
  const ports = await freePorts();
  const callback = `http://kratos.demo.localhost:${ports.public}/self-service/methods/oidc/callback`;
  const client = { ...CLIENT, redirectUris: [`${callback}/itsme`, `${callback}/idemia`] };
  const [itsme, idemia] = [await startEidProvider('itsme', client), await startEidProvider('idemia', client)];
  const recipes = [
    fillRecipe('itsme', { providerId: 'itsme', issuer: itsme.issuer, ...CLIENT, serviceCode: 'DEMO' }),
    fillRecipe('idemia', { providerId: 'idemia', issuer: idemia.issuer, ...CLIENT }),
  ];
  const place = await startNeighbourhood({
    kratos: { kind: 'real', ports, providers: recipes },
    env: { EID_PROVIDERS: providers(itsme, idemia), POLICY, JUMIO_ACCOUNT_RATE: '100', JUMIO_ACCOUNT_BURST: '100' },
  });
  const stop = async (): Promise<void> => {
    await place.stop();
    await Promise.all([itsme.stop(), idemia.stop()]);
  };
  return { place, jumio: jumioControl(place.jumioUrl), itsme, idemia, stop };
}
