import type { Tree } from '../options.ts';
import { identitySchema } from './identity-schema.ts';

/** The domain that Kratos, application and service share: the relying party of passkeys. */
export const PASSKEY_DOMAIN = 'demo.localhost';

/** The schema of the sandbox with what payers approve by: a phone number that is verified by SMS, and the trait that names a passkey. */
function payerSchema(): object {
  const schema = structuredClone(identitySchema);
  const { credentials } = schema.properties.traits.properties.email['ory.sh/kratos'];
  Object.assign(credentials, { passkey: { display_name: true } });
  const phone = { type: 'string', format: 'tel', title: 'Mobile number' };
  const verified = { 'ory.sh/kratos': { verification: { via: 'sms' } } };
  Object.assign(schema.properties.traits.properties, { phone: { ...phone, ...verified } });
  return schema;
}

/** Added to Kratos' own configuration where people approve payments, as docs/payments.md says it. @param appUrl where a passkey is added */
export function withPayers(appUrl: string): Tree {
  const url = `base64://${Buffer.from(JSON.stringify(payerSchema())).toString('base64')}`;
  const rp = { id: PASSKEY_DOMAIN, display_name: 'Harbour', origins: [appUrl] };
  return {
    identity: { schemas: [{ id: 'person', url }] },
    selfservice: {
      methods: { passkey: { enabled: true, config: { rp } } },
      flows: { settings: { required_aal: 'highest_available', privileged_session_max_age: '5m' } },
    },
  };
}
