/** The members of an identity that are used. `metadataPublic` may be any JSON. */
export interface KratosIdentity {
  readonly id: string;
  readonly schemaId?: string;
  /** Epoch milliseconds. */
  readonly createdAt?: number;
  readonly metadataPublic: unknown;
  /** A language tag; from whoami only, and only if the trait with the language is configured. */
  readonly locale?: string;
  /** From the admin API only. */
  readonly metadataAdmin?: unknown;
  readonly state?: State;
  /** Epoch milliseconds; databases store it to the second or better. */
  readonly stateChangedAt?: number;
}

/** Whether an identity may sign in and use its sessions at all. */
export type State = 'active' | 'inactive';

/** Our two sub-objects, for `metadata_public.jumio` and `metadata_admin.jumio`. */
export interface Publishable {
  readonly public: object;
  readonly admin: object;
}

/** The answer to a PATCH. */
export interface Patched extends Pick<KratosIdentity, 'state' | 'stateChangedAt'> {
  readonly jumio: unknown;
}

/** The credential of one OpenID Connect provider that an identity is linked with. */
export interface OidcCredential {
  /** The provider's id in Kratos' configuration. */
  readonly provider: string;
  readonly subject: string;
  /** Empty if Kratos stored none. */
  readonly idToken: string;
  /** When Kratos stored the identity's credentials: at the sign-up, or with the last link. Epoch milliseconds. */
  readonly storedAt?: number;
}

/** The OpenID Connect credentials of an identity, and its metadata at the same moment. */
export interface LinkedCredentials {
  readonly credentials: readonly OidcCredential[];
  readonly metadataPublic: unknown;
}

/** A passkey of an identity. Binary values are base64url, as browsers and WebAuthn's JSON have them. */
export interface Passkey {
  readonly id: string;
  /** As COSE (RFC 9052). */
  readonly publicKey: string;
  /** The authenticator's counter when it was registered; 0: it has none. Kratos never raises it. */
  readonly signCount: number;
  /** Kratos' time, to the second. Epoch milliseconds. */
  readonly addedAt: number;
  /** Whether it may be copied to other devices; undefined: an older Kratos stored it. */
  readonly isSynchronisable?: boolean;
}

/** What Kratos keeps of the ways in which a payer can approve. */
export interface PayerCredentials {
  readonly passkeys: readonly Passkey[];
  /** Passkeys that cannot be used: for each the first member that is not as documented. */
  readonly unreadable: readonly string[];
  /** What the authenticator calls the owner of these passkeys, base64url. */
  readonly userHandle?: string;
  /** Undefined: the identity has no password. `updatedAt`: when it was last set, epoch milliseconds; undefined: Kratos does not say. */
  readonly password?: { readonly updatedAt?: number };
  /** When the identity was created. Epoch milliseconds. */
  readonly createdAt?: number;
}

/** The credentials of a request, forwarded unchanged. */
export interface Credentials {
  readonly cookie?: string;
  readonly sessionToken?: string;
  /** The whole header, `Bearer …`. */
  readonly authorization?: string;
}

/** How a session was authenticated (docs/reference/kratos.md#9-sessions-and-redirects). Times are Kratos', epoch milliseconds. */
export interface KratosSession {
  readonly id: string;
  readonly authenticatedAt: number;
  /** The assurance level that Kratos says, e.g. `aal2`; undefined: it says none. */
  readonly level?: string;
  /** One entry for each authentication, and one for each method that was enrolled in the session. */
  readonly methods: readonly { readonly method: string; readonly completedAt: number }[];
  /** The verified phone numbers of the identity. */
  readonly phones: readonly KratosPhone[];
}

/** A phone number that Kratos has verified. */
export interface KratosPhone {
  readonly id: string;
  readonly number: string;
  readonly verifiedAt: number;
}

/** The answer of whoami to credentials. */
export type Whoami =
  | {
      readonly kind: 'session';
      readonly identity: KratosIdentity;
      /** Undefined: Kratos, or a proxy in its place, does not say how the session was authenticated. */
      readonly session?: KratosSession;
    }
  | { readonly kind: 'none' }
  /** Kratos requires a second factor first (403 `session_aal2_required`), at this URL. */
  | { readonly kind: 'second-factor'; readonly redirectTo?: string };

/** One page of the list of identities. */
export interface IdentityPage {
  readonly identities: readonly KratosIdentity[];
  /** The token of the next page, opaque; undefined: this is the last page. */
  readonly next?: string;
  /** Milliseconds to wait before the next call: this one reached Kratos' rate limit. */
  readonly pause?: number;
}

/** The client of one Kratos. Every method rejects with `UpstreamError` only. */
export interface KratosClient {
  /** Writes our two sub-objects (`add`, one PATCH) and returns the `metadata_public.jumio` of the answer. */
  publish(identityId: string, content: Publishable): Promise<unknown>;
  /** One PATCH of the state, and of our two sub-objects if they are given. */
  setState(identityId: string, state: State, content?: Publishable): Promise<Patched>;
  /** Revokes every session of an identity; returns whether there were any. A deleted identity has none. */
  revokeSessions(identityId: string): Promise<boolean>;
  /** Removes our two sub-objects, and with `withEid` those of an eID's mapper, if the identity as read has them. */
  unpublish(identity: KratosIdentity, what: { readonly withEid: boolean }): Promise<void>;
  /** Returns an identity from the admin API. */
  read(identityId: string): Promise<KratosIdentity>;
  /** Returns the ids of the identities that sign in with exactly this identifier, e.g. an e-mail address. */
  find(identifier: string): Promise<string[]>;
  /**
   * Returns one page of all identities.
   * @param pageSize Kratos returns at most 500
   * @param from `next` of the previous page
   */
  list(pageSize: number, from?: string): Promise<IdentityPage>;
  /** Returns the OpenID Connect credentials, with the ID tokens that Kratos stored at the sign-up and at each link. */
  oidcCredentials(identityId: string): Promise<LinkedCredentials>;
  /** Returns the passkeys of an identity, and when it and its password came about. */
  payerCredentials(identityId: string): Promise<PayerCredentials>;
  /** Returns the current values at these JSON pointers in the traits, under the given names; a missing one is left out. */
  traits(identityId: string, pointers: Readonly<Record<string, string>>): Promise<Readonly<Record<string, unknown>>>;
  /** Returns the session that these credentials belong to. Rejects if no public URL is configured. */
  whoami(credentials: Credentials): Promise<Whoami>;
}
