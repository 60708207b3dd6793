import type { Assertion, AssertionKey } from '../../passkey/verify.ts';

/** What proves for ever that a key signed a payment, beside its record: base64url. */
export interface PasskeyEvidence {
  readonly credential_id: string;
  /** As COSE (RFC 9052). */
  readonly public_key: string;
  readonly authenticator_data: string;
  readonly client_data_json: string;
  readonly signature: string;
}

/** Returns the evidence of an approval as it is stored. The key is a part of it, because a person may remove it in Kratos. */
export function storedEvidence(assertion: Assertion, key: AssertionKey): string {
  const evidence: PasskeyEvidence = {
    credential_id: assertion.credentialId,
    public_key: key.publicKey,
    authenticator_data: assertion.authenticatorData,
    client_data_json: assertion.clientDataJSON,
    signature: assertion.signature,
  };
  return JSON.stringify(evidence);
}
