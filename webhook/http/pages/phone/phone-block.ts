import { createHash } from 'node:crypto';
import { toText } from '../../../texts/messages.ts';
import type { View } from '../../../verification/person/index.ts';
import { type Action, button, type Page, type PageBlock, type PageFields } from '../page.ts';

/** Whether the person has agreed, as the script of a page reads it in the JSON of `/jumio/verify`. */
export function agreedOf({ consent }: View): string {
  return consent === 'declined' ? 'declined' : String(consent === 'given');
}

/**
 * What stands when a page offers the phone, as an address may carry it: it tells nothing to whoever reads the address. While
 * it is the same the person is at work on their phone, also one who has declined or was rejected before.
 */
export function offerState(identityId: string, view: View): string {
  const state = [identityId, view.status, agreedOf(view), view.furtherAttempt].join(' ');
  return createHash('sha256').update(state).digest('base64url').slice(0, 12);
}

/** Returns the way on to a phone; empty where the page offers none. */
export function phoneBlocks({ phone }: PageFields): PageBlock[] {
  return phone === undefined || phone === 'on-request' ? [] : [{ kind: 'phone', ...phone }];
}

/** Returns the button that makes an address; empty where there is one, or the page offers none. */
export function phoneButton({ phone, fields }: PageFields): Action[] {
  if (phone !== 'on-request') return [];
  return [{ ...button(toText('phone.show'), fields, '/jumio/phone'), isForComputer: true }];
}

/** Returns what makes a page follow the phone; empty where it offers none. */
export function following(view: View, { phone }: PageFields): Pick<Page, 'follow'> {
  if (phone === undefined || phone === 'on-request') return {};
  return { follow: { to: phone.followPath, seen: agreedOf(view) } };
}
