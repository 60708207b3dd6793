import { z } from 'zod';
import { listAt, type Tree } from './read.ts';

/** Where Kratos' OIDC providers stand. */
export const PROVIDERS = '/selfservice/methods/oidc/config/providers';

const text = z.string().optional().catch(undefined);

const providerOfKratos = z.looseObject({
  id: z.string(),
  client_id: text,
  issuer_url: text,
  claims_source: text,
  mapper_url: text,
});

/** One of Kratos' OIDC providers, and where it stands. */
export interface InKratos extends z.infer<typeof providerOfKratos> {
  readonly pointer: string;
}

export function providersIn(kratos: Tree): InKratos[] {
  return listAt(kratos, PROVIDERS).flatMap((value, index) => {
    const { data } = providerOfKratos.safeParse(value);
    return data === undefined ? [] : [{ ...data, pointer: `${PROVIDERS}/${index}` }];
  });
}
