/** The secret that Kratos' hooks send and the service expects. */
export const WEBHOOK_SECRET = 'demo-webhook-secret-0001';

/** The demo's policy for eIDs: the default rules; itsme at any level and Mobile ID from `loa-3` on count; below `loa-2` nothing does. */
export const EID_POLICY = `
rules:
  - { name: try again, when: { status: rejected, waiting_on: [person, jumio] }, then: block_with_way_on }
  - { name: rejected, when: { status: rejected }, then: block }
  - { name: everything else, then: allow }
evidence: { itsme: any, idemia: [loa-3, loa-4] }
required_level: { person: { idemia: loa-2 } }
`;

/** Where the parts of a stack are. */
export interface Places {
  readonly kratosUrl: string;
  readonly kratosAdminUrl: string;
  readonly jumioUrl: string;
  readonly appUrl: string;
  readonly verifyUrl: string;
  readonly port: number;
  readonly ledger: string;
}

/** The service's environment variables in a stack. */
export function configuration(places: Places): Record<string, string> {
  return {
    ORY_WEBHOOK_SECRET: WEBHOOK_SECRET,
    KRATOS_ADMIN_URL: places.kratosAdminUrl,
    KRATOS_PUBLIC_URL: places.kratosUrl,
    JUMIO_AUTH_URL: `${places.jumioUrl}/oauth2/token`,
    JUMIO_API_BASE_URL: places.jumioUrl,
    JUMIO_CLIENT_ID: 'sandbox',
    JUMIO_CLIENT_SECRET: 'sandbox-secret',
    JUMIO_CALLBACK_SECRET: 'demo-callback-secret-0001',
    PUBLIC_URL: places.verifyUrl,
    ALLOWED_RETURN_URLS: places.appUrl,
    DEFAULT_RETURN_URL: `${places.appUrl}/`,
    DATABASE_URL: `file:${places.ledger}`,
    PORT: String(places.port),
    HOST: '127.0.0.1',
  };
}

/** The brand of the demo's bank on the service's pages, as an operator sets it (docs/configuration.md). */
export const BRAND = {
  BRAND_NAME: 'Harbour',
  BRAND_COLOR: '0b5c6b',
  BRAND_COLOR_DARK: '6fd0e0',
  SUPPORT_ADDRESS: 'help@harbour.example',
  PRIVACY_URL: 'https://harbour.example/privacy',
};
