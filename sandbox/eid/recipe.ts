import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** What an operator fills into one of the recipes of `eid/`. */
export interface Filling {
  readonly providerId: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** itsme's. */
  readonly serviceCode?: string;
  /** The generic recipe's. */
  readonly level?: string;
}

const block = z.looseObject({ id: z.string(), mapper_url: z.string() });

function shipped(folder: string, file: string): string {
  return readFileSync(new URL(`../../eid/${folder}/${file}`, import.meta.url), 'utf8');
}

/** One of Kratos' OIDC providers, from the files that are shipped in `eid/<folder>/`. */
export function fillRecipe(folder: string, filling: Filling): z.infer<typeof block> {
  const mapper = shipped(folder, 'mapper.jsonnet').replaceAll('<PROVIDER_ID>', filling.providerId);
  const text = shipped(folder, 'provider.yaml')
    .replaceAll('<PROVIDER_ID>', filling.providerId)
    .replaceAll('<ISSUER>', filling.issuer)
    .replaceAll('<CLIENT_ID>', filling.clientId)
    .replaceAll('<CLIENT_SECRET>', filling.clientSecret)
    .replaceAll('<SERVICE_CODE>', filling.serviceCode ?? '')
    .replaceAll('<LEVEL>', filling.level ?? '')
    .replaceAll('<MAPPER>', `base64://${Buffer.from(mapper).toString('base64')}`);
  return block.parse(parse(text));
}
