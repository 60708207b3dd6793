/** The options of a Kratos for a demo or a test. */
export interface KratosOptions {
  /** The service as Kratos reaches it, for the hooks. */
  readonly serviceUrl: string;
  /** The secret that the hooks send. */
  readonly webhookSecret: string;
  /** The service as a browser reaches it; after a sign-up Kratos redirects to its `/jumio/verify`. */
  readonly verifyUrl: string;
  /** The application: its `/login`, `/registration`, `/recovery`, `/settings` and `/error` are Kratos' pages. */
  readonly uiUrl: string;
  /** The host name in Kratos' public URL; Kratos always listens on 127.0.0.1. */
  readonly publicHost?: string;
  readonly cookieDomain?: string;
  /** Where `return_to` may lead; by default to the application and the service. */
  readonly allowedReturnUrls?: readonly string[];
  /** Whether templates are read from `jsonnet/`, or are inside the configuration as on Ory Network. */
  readonly variant?: 'files' | 'base64';
  /** `fast`, the default, is bcrypt with the least cost; `default` is Kratos' own default (for a benchmark). */
  readonly hasher?: 'fast' | 'default';
  readonly kind?: 'auto' | 'real' | 'stand-in';
  /** `false` removes the hooks of sign-in and recovery. */
  readonly gate?: boolean;
  /** The folder for the real Kratos' database and log; by default a temporary one, removed at the end. */
  readonly dataDir?: string;
  /** By default free ones. Given to start again at the same URLs. */
  readonly ports?: Ports;
  /** Entries for the OpenID Connect providers of Kratos' configuration; the real Kratos only. */
  readonly providers?: readonly object[];
  /** A text that replaces the shipped ory-actions.yaml, to show what a mistake in it does. */
  readonly actions?: string;
  /** Merged into the real Kratos' own configuration, object by object: more methods, for instance. */
  readonly more?: Tree;
  /** Milliseconds between the attempts of a hook, 1 s and 2 s by default; the stand-in only. */
  readonly retryPauses?: readonly number[];
  /** The number of identities that exist at the start and never triggered a hook; the stand-in only. */
  readonly crowd?: number;
}

export type Tree = Readonly<Record<string, unknown>>;

export interface Ports {
  readonly public: number;
  readonly admin: number;
}

/** A running Kratos. */
export interface RunningKratos {
  readonly kind: 'real' | 'stand-in';
  /** As `kratos version` prints it, such as `v26.2.0`, or `master` for a build without version flags; `stand-in` for the stand-in. */
  readonly version: string;
  /** For browsers: host name and port. */
  readonly publicUrl: string;
  /** The same server by IP address, for programs whose resolver does not know `*.localhost`. */
  readonly publicLoopbackUrl: string;
  readonly adminUrl: string;
  readonly uiUrl: string;
  readonly ports: Ports;
  /** The log of a real Kratos. */
  readonly logFile?: string;
  /** Its configuration files, as for `-c`; a stand-in has them only with a `dataDir`. */
  readonly configFiles: readonly string[];
  /** Replaces the text of ory-actions.yaml; identities and sessions stay. */
  reconfigure(actions: string): Promise<void>;
  stop(): Promise<void>;
}

/** The URLs of a Kratos on these ports. */
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
