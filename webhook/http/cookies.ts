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
