/** A cookie of ours: how it is called and kept. */
export interface OurCookie {
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
 * Under https browsers take a `__Host-` cookie from this host alone: no other host of the domain can plant one, of the
 * attacker's own identity, say. It must be Secure and for all paths.
 */
export function ourCookie(name: 'jumio_handover' | 'jumio_csrf', secure: boolean): OurCookie {
  const options = { path: '/', httpOnly: true, sameSite: 'lax', signed: true, secure } as const;
  return { name: secure ? `__Host-${name}` : name, options };
}
