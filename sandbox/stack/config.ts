/** What Kratos' hooks carry, and the service expects. */
export const WEBHOOK_SECRET = 'demo-webhook-secret-0001';

/** What the demo takes of an eID: published rules, every itsme, and Mobile ID from `loa-3` on, never below `loa-2`. */
export const EID_POLICY = `
rules:
  - { name: rejected, when: { status: rejected }, then: block }
  - { name: everything else, then: allow }
evidence: { itsme: any, idemia: [loa-3, loa-4] }
required_level: { person: { idemia: loa-2 } }
`;

export interface Places {
  readonly kratosUrl: string;
  readonly kratosAdminUrl: string;
  readonly jumioUrl: string;
  readonly appUrl: string;
  readonly verifyUrl: string;
  readonly port: number;
  readonly ledger: string;
}

/** The service's environment between these neighbours. */
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
/** The bank of the demo, as the service's pages know it: what an operator sets (README, Configuration). */
export const HARBOUR = {
  BRAND_NAME: 'Harbour',
  BRAND_COLOR: '0b5c6b',
  BRAND_COLOR_DARK: '6fd0e0',
  SUPPORT_ADDRESS: 'help@harbour.example',
  PRIVACY_URL: 'https://harbour.example/privacy',
};
