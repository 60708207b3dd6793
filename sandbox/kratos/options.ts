/** What a Kratos for a demo or a test needs to know. */
export interface KratosOptions {
  /** The service as Kratos reaches it: where the hooks go. */
  readonly serviceUrl: string;
  /** The secret that the hooks carry. */
  readonly webhookSecret: string;
  /** The service as a browser reaches it; people who signed up are sent to its `/jumio/verify`. */
  readonly verifyUrl: string;
  /** The application: its `/login`, `/registration`, `/recovery`, `/settings` and `/error` are Kratos' pages. */
  readonly uiUrl: string;
  /** The host name in Kratos' addresses; whatever it is, Kratos listens on 127.0.0.1. */
  readonly publicHost?: string;
  readonly cookieDomain?: string;
  /** Where `return_to` may lead; the application and the service when left out. */
  readonly allowedReturnUrls?: readonly string[];
  /** Templates read from `jsonnet/`, or inside the configuration as on Ory Network. */
  readonly variant?: 'files' | 'base64';
  /** `fast` is bcrypt with the least cost; `default` is what Kratos does when nobody says (for a bench). */
  readonly hasher?: 'fast' | 'default';
  readonly kind?: 'auto' | 'real' | 'stand-in';
  /** `false` leaves the hooks of sign-in and recovery out. */
  readonly gate?: boolean;
  /** Where the real Kratos keeps its database and log; a folder of its own, removed at the end, when left out. */
  readonly dataDir?: string;
  /** Free ones are taken when left out; needed to start again at the same addresses. */
  readonly ports?: Ports;
  /** OpenID Connect providers, as they stand in Kratos' configuration; the real Kratos only. */
  readonly providers?: readonly object[];
  /** Another text in the place of the shipped ory-actions.yaml, to show what a mistake in it does. */
  readonly actions?: string;
  /** Over the rest of the real Kratos' own configuration, object by object: more methods, for instance. */
  readonly more?: Tree;
  /** Milliseconds between the attempts of a hook; the stand-in only, the real pauses are 1 s and 2 s. */
  readonly retryPauses?: readonly number[];
  /** So many identities that never met a hook; the stand-in only. */
  readonly crowd?: number;
}

export type Tree = Readonly<Record<string, unknown>>;

export interface Ports {
  readonly public: number;
  readonly admin: number;
}

/** A Kratos that answers. */
export interface RunningKratos {
  readonly kind: 'real' | 'stand-in';
  readonly version: string;
  /** For browsers: host name and port. */
  readonly publicUrl: string;
  /** The same server by its address, for programs whose resolver does not know `*.localhost`. */
  readonly publicLoopbackUrl: string;
  readonly adminUrl: string;
  readonly uiUrl: string;
  readonly ports: Ports;
  /** The log of a real Kratos. */
  readonly logFile?: string;
  /** Its configuration, as a real Kratos is given it with `-c`; of a stand-in only where it has a folder. */
  readonly configFiles: readonly string[];
  /** Goes on with other hooks in the place of those of ory-actions.yaml; people and sessions stay. */
  reconfigure(actions: string): Promise<void>;
  stop(): Promise<void>;
}

/** The addresses of a Kratos on these ports. */
export function addresses(options: KratosOptions, ports: Ports) {
  return {
    publicUrl: `http://${options.publicHost ?? 'kratos.demo.localhost'}:${ports.public}`,
    publicLoopbackUrl: `http://127.0.0.1:${ports.public}`,
    adminUrl: `http://127.0.0.1:${ports.admin}`,
    uiUrl: options.uiUrl,
    ports,
  };
}

export function cookieDomain(options: KratosOptions): string {
  return options.cookieDomain ?? 'demo.localhost';
}

export function allowedReturnUrls(options: KratosOptions): readonly string[] {
  return options.allowedReturnUrls ?? [options.uiUrl, options.verifyUrl];
}
