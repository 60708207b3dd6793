import { send } from '../../kratos/client/loopback.ts';

/** Such as Kratos and Twilio take: E.164. */
export const PHONE_NUMBER = /^\+[1-9]\d{6,14}$/;

/**
 * Notes a phone number in Kratos as verified, by the admin API, as a bank does whose clerk has called it back. Kratos can
 * verify it by itself with a code, where it can send one. Resolves with whether Kratos took it: it must be a number that can exist.
 */
export async function confirmPhone(adminUrl: string, identityId: string, number: string): Promise<boolean> {
  const now = new Date().toISOString();
  const address = { value: number, via: 'sms', verified: true, status: 'completed', verified_at: now };
  const patch = [
    { op: 'add', path: '/traits/phone', value: number },
    { op: 'add', path: '/verifiable_addresses/-', value: address },
  ];
  const url = `${adminUrl}/admin/identities/${encodeURIComponent(identityId)}`;
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const { status } = await send({ method: 'PATCH', url, headers, body: JSON.stringify(patch) });
  return status === 200;
}
