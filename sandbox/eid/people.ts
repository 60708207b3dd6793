/** Somebody with an eID. `sub` is the provider's; an account that is deleted and made again has a new one. */
export interface Holder {
  readonly sub: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly email: string;
  readonly birthdate: string;
}

/** The people of the demo, and whoever a test makes up: the name of a person is enough. */
export function holderOf(sub: string): Holder {
  const [name = 'demo'] = sub.split('#');
  const givenName = name.charAt(0).toUpperCase() + name.slice(1);
  return { sub, givenName, familyName: 'Peeters', email: `${name}@eid.example.org`, birthdate: '1990-04-01' };
}
