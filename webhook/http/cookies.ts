import { Signer } from '@fastify/cookie';
import type { Context } from '../verification/context.ts';

/** A cookie of this service: its name, and the options that it is set with. */
export interface CookieSpec {
  readonly name: string;
  readonly options: {
    readonly path: '/';
    readonly httpOnly: true;
    readonly sameSite: 'lax';
    readonly signed: true;
    readonly secure: boolean;
  };
}

/**
 * Returns the name and options of a cookie. Over https browsers accept a `__Host-` cookie from this host only: no other
 * host of the domain can plant one, for example of the attacker's own identity. It must be Secure and for all paths.
 */
export function cookieSpec(name: 'jumio_handover' | 'jumio_csrf', secure: boolean): CookieSpec {
  const options = { path: '/', httpOnly: true, sameSite: 'lax', signed: true, secure } as const;
  return { name: secure ? `__Host-${name}` : name, options };
}

/** Signs the cookies of pages and programs with the keys of the ledger, as they are at the time. */
export interface CookieSigner {
  /** For `@fastify/cookie`. */
  readonly secret: Signer;
  /** An `onRequest` hook: reads the keys anew where a rotation may have changed them. */
  readonly refresh: () => Promise<void>;
}

/** Returns the signer of cookies. A cookie of an old key is accepted as long as that key is. */
export async function createCookieSigner({ ledger, clock }: Pick<Context, 'ledger' | 'clock'>): Promise<CookieSigner> {
  let { cookies } = await ledger.keys.ring(clock.now());
  let signer = new Signer([...cookies]);
  const secret = {
    sign: (value: string) => signer.sign(value),
    unsign: (value: string) => signer.unsign(value),
  };
  return {
    secret,
    refresh: async () => {
      const { cookies: current } = await ledger.keys.ring(clock.now());
      if (current === cookies) return;
      cookies = current;
      signer = new Signer([...cookies]);
    },
  };
}
