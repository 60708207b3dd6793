/** What we read of an identity. `metadataPublic` is whatever stands there: anybody's JSON. */
export interface KratosIdentity {
  readonly id: string;
  readonly schemaId?: string;
  /** Epoch milliseconds. */
  readonly createdAt?: number;
  readonly metadataPublic: unknown;
  /** A language tag; of whoami only, and only where it is known in which trait it stands. */
  readonly locale?: string;
  /** Only the admin API shows it. */
  readonly metadataAdmin?: unknown;
  readonly state?: State;
  /** Epoch milliseconds; databases keep it to the second or better. */
  readonly stateChangedAt?: number;
}

/** Kratos' word for whether an identity may sign in and use its sessions at all. */
export type State = 'active' | 'inactive';

/** Our two sub-objects. */
export interface Publishable {
  readonly public: object;
  readonly admin: object;
}

/** What the answer to a PATCH shows. */
export interface Patched extends Pick<KratosIdentity, 'state' | 'stateChangedAt'> {
  readonly jumio: unknown;
}

/** One provider that an identity is linked with. */
export interface OidcCredential {
  /** Its id in Kratos' configuration. */
  readonly provider: string;
  readonly subject: string;
  /** Empty where Kratos kept none. */
  readonly idToken: string;
  /** When Kratos stored what an identity is linked with: at the sign-up, or with the last link. Epoch milliseconds. */
  readonly storedAt?: number;
}

/** What an identity is linked with, and what its metadata say at the same moment. */
export interface LinkedCredentials {
  readonly credentials: readonly OidcCredential[];
  readonly metadataPublic: unknown;
}

/** The credentials of a person's request, forwarded as they came. */
export interface Credentials {
  readonly cookie?: string;
  readonly sessionToken?: string;
  /** The header as it came, `Bearer …`. */
  readonly authorization?: string;
}

export type Whoami =
  | { readonly kind: 'session'; readonly identity: KratosIdentity }
  | { readonly kind: 'none' }
  /** Kratos wants a second factor first (403 `session_aal2_required`) and says where. */
  | { readonly kind: 'second-factor'; readonly redirectTo?: string };

/** A page of all identities. */
export interface IdentityPage {
  readonly identities: readonly KratosIdentity[];
  /** Opaque; undefined: this was the last page. */
  readonly next?: string;
  /** Milliseconds to wait before the next call: this one used up what Kratos allows. */
  readonly pause?: number;
}

/** Every method rejects with `UpstreamError` only. */
export interface KratosClient {
  /** Writes our two sub-objects (`add`, one PATCH) and returns the `metadata_public.jumio` of the answer. */
  publish(identityId: string, content: Publishable): Promise<unknown>;
  /** One PATCH of the state, and of our two sub-objects where they are given. */
  setState(identityId: string, state: State, content?: Publishable): Promise<Patched>;
  /** Ends every session of an identity; whether there were any. An identity that is gone has none. */
  revokeSessions(identityId: string): Promise<boolean>;
  /** Removes our two sub-objects, and where asked for those of an eID's mapper, if the identity as it was read has them. */
  unpublish(identity: KratosIdentity, what: { readonly withEid: boolean }): Promise<void>;
  read(identityId: string): Promise<KratosIdentity>;
  /** The ids of the identities that sign in with exactly this identifier, e.g. an e-mail address. */
  find(identifier: string): Promise<string[]>;
  /** @param pageSize at most 500, whatever is asked for. @param from `next` of the page before. */
  list(pageSize: number, from?: string): Promise<IdentityPage>;
  /** The OpenID Connect credentials with the ID tokens that Kratos kept: of the sign-up, and of each link. */
  oidcCredentials(identityId: string): Promise<LinkedCredentials>;
  /** What stands at these places (JSON pointers) in the traits now, under the names given; what is missing is left out. */
  traits(identityId: string, pointers: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  whoami(credentials: Credentials): Promise<Whoami>;
}
