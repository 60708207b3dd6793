import { stringify } from 'yaml';
import { ITSME } from './kinds.ts';
import { fillRecipe } from './recipe.ts';
import { type EidProvider, startEidProvider } from './server.ts';

const CLIENT = { clientId: 'bridge', clientSecret: 'bridge-secret-0000000000000000001' };

/** Both eID providers, and the configuration of Kratos and the service for them. */
export interface EidPair {
  readonly itsme: EidProvider;
  readonly idemia: EidProvider;
  /** The shipped recipes, filled in: Kratos' OIDC providers. */
  readonly recipes: readonly object[];
  /** The value of EID_PROVIDERS. */
  readonly settings: string;
  stop(): Promise<void>;
}

/** Starts both, for a Kratos whose public port is known before it starts. @param own their ports; 0 takes a free one */
export async function startEidPair(kratosPort: number, own: readonly [number, number] = [0, 0]): Promise<EidPair> {
  const callback = `http://kratos.demo.localhost:${kratosPort}/self-service/methods/oidc/callback`;
  const client = { ...CLIENT, redirectUris: [`${callback}/itsme`, `${callback}/idemia`] };
  const [itsme, idemia] = [
    await startEidProvider('itsme', client, own[0]),
    await startEidProvider('idemia', client, own[1]),
  ];
  const settings = stringify({
    itsme: { issuer: itsme.issuer, client_id: CLIENT.clientId, levels: [ITSME.basic, ITSME.advanced] },
    idemia: { issuer: idemia.issuer, client_id: CLIENT.clientId, levels: ['loa-2', 'loa-3', 'loa-4'] },
  });
  const recipes = [
    fillRecipe('itsme', { providerId: 'itsme', issuer: itsme.issuer, ...CLIENT, serviceCode: 'DEMO' }),
    fillRecipe('idemia', { providerId: 'idemia', issuer: idemia.issuer, ...CLIENT }),
  ];
  const stop = async (): Promise<void> => void (await Promise.all([itsme.stop(), idemia.stop()]));
  return { itsme, idemia, recipes, settings, stop };
}
