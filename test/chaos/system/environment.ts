/** The secrets of the service under test. */
export const SECRETS = {
  webhook: 'chaos-webhook-secret-01',
  callback: 'chaos-callback-secret-1',
  handover: 'chaos-handover-secret-1',
};

/** The origin whose scripts may use the resources by cookie. */
export const ORIGIN = 'http://app.localhost';

/** Only an approved person gets in, so that every wrong approval is a wrong sign-in; a rejection ends the sessions. */
const POLICY = `
rules:
  - { name: approved, when: { status: approved }, then: allow }
  - { name: everything else, then: block }
on_rejected: { revoke_sessions: true }
`;

/** Where the parts of a run are. */
export interface Places {
  readonly jumioUrl: string;
  readonly kratosUrl: string;
  readonly databaseUrl: string;
}

/** The configuration of a replica: the product's own variables, its rates raised so that only the machine limits the run. */
export function environmentOf({ jumioUrl, kratosUrl, databaseUrl }: Places): Record<string, string> {
  return {
    ORY_WEBHOOK_SECRET: SECRETS.webhook,
    HANDOVER_SECRET: SECRETS.handover,
    JUMIO_CALLBACK_SECRET: SECRETS.callback,
    KRATOS_ADMIN_URL: kratosUrl,
    KRATOS_PUBLIC_URL: kratosUrl,
    JUMIO_AUTH_URL: `${jumioUrl}/oauth2/token`,
    JUMIO_API_BASE_URL: jumioUrl,
    JUMIO_CLIENT_ID: 'chaos',
    JUMIO_CLIENT_SECRET: 'chaos-client-secret-001',
    JUMIO_ACCOUNT_RATE: '500',
    JUMIO_ACCOUNT_BURST: '500',
    JUMIO_RETRIEVAL_RATE: '500',
    // Longer than the clock moves while people are under way.
    JUMIO_LINK_LIFETIME: '6d',
    PUBLIC_URL: 'http://verify.localhost',
    ALLOWED_ORIGINS: ORIGIN,
    PAGE_RATE: '600000',
    POLICY,
    DATABASE_URL: databaseUrl,
    HOST: '127.0.0.1',
    LOG_LEVEL: 'error',
  };
}
