import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';

/** What an operator fills into a recipe of `eid/`. */
export interface Filling {
  readonly providerId: string;
  readonly issuer: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /** In the recipe for itsme only. */
  readonly serviceCode?: string;
  /** In the generic recipe only. */
  readonly level?: string;
}

const block = z.looseObject({ id: z.string(), mapper_url: z.string() });

function readRecipe(folder: string, file: string): string {
  return readFileSync(new URL(`../../eid/${folder}/${file}`, import.meta.url), 'utf8');
}

/** An entry for the OIDC providers of Kratos' configuration, from the files in `eid/<folder>/`. */
export function fillRecipe(folder: string, filling: Filling): z.infer<typeof block> {
  const mapper = readRecipe(folder, 'mapper.jsonnet').replaceAll('<PROVIDER_ID>', filling.providerId);
  const text = readRecipe(folder, 'provider.yaml')
    .replaceAll('<PROVIDER_ID>', filling.providerId)
    .replaceAll('<ISSUER>', filling.issuer)
    .replaceAll('<CLIENT_ID>', filling.clientId)
    .replaceAll('<CLIENT_SECRET>', filling.clientSecret)
    .replaceAll('<SERVICE_CODE>', filling.serviceCode ?? '')
    .replaceAll('<LEVEL>', filling.level ?? '')
    .replaceAll('<MAPPER>', `base64://${Buffer.from(mapper).toString('base64')}`);
  return block.parse(parse(text));
}
