import { z } from 'zod';
import { listAt, type Tree } from './read.ts';

/** The JSON pointer of Kratos' OIDC providers. */
export const PROVIDERS = '/selfservice/methods/oidc/config/providers';

const text = z.string().optional().catch(undefined);

const providerWire = z.looseObject({
  id: z.string(),
  client_id: text,
  issuer_url: text,
  claims_source: text,
  mapper_url: text,
});

/** One of Kratos' OIDC providers, with its JSON pointer. */
export interface KratosProvider extends z.infer<typeof providerWire> {
  readonly pointer: string;
}

/** Returns the OIDC providers that Kratos' configuration has; those without an id are left out. */
export function providersIn(kratos: Tree): KratosProvider[] {
  return listAt(kratos, PROVIDERS).flatMap((value, index) => {
    const { data } = providerWire.safeParse(value);
    return data === undefined ? [] : [{ ...data, pointer: `${PROVIDERS}/${index}` }];
  });
}
