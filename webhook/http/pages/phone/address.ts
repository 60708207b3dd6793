import type { FastifyRequest } from 'fastify';
import { LedgerUnavailable } from '../../../errors.ts';
import type { Context } from '../../../verification/context.ts';
import { issuePhoneLink, linkUrl, nextStep, type Person, type View } from '../../../verification/person/index.ts';
import type { HandoverCookie } from '../../handover-cookie.ts';
import { followPath } from '../../return-to.ts';
import { lacksCamera } from '../jumio-redirect.ts';
import type { PageFields } from '../page.ts';
import { offerState } from './phone-block.ts';
import { qrCode } from './qr-code.ts';

/**
 * Whether the page may be shown at a computer. The browser shows or hides the address itself, by its pointer (style.css):
 * the server only makes none where a browser says that it is a phone. Not all browsers send this header.
 */
function mayBeComputer({ method, headers }: FastifyRequest): boolean {
  return method === 'GET' && headers['sec-ch-ua-mobile'] !== '?1';
}

/**
 * Whether only this machine reaches an address: no phone could follow it. A name below `localhost`, as the demo has it, is not
 * meant: there the address is opened in a private window, which stands in for the phone.
 */
function isOfThisMachine(url: string): boolean {
  const { hostname } = new URL(url);
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.[\d.]+$/.test(hostname);
}

/** Whether this is the consent page, or the page that says that there is no camera. */
function isOffered(view: View, place: PageFields['place'], parameters: unknown): boolean {
  const { kind } = nextStep(view);
  if (place === 'verify') return kind === 'consent';
  return lacksCamera(parameters) && (kind === 'go' || (kind === 'consent' && view.consent !== 'declined'));
}

/** Options of `createPhoneAddresses`. */
export interface PhoneAddressOptions {
  readonly ctx: Context;
  readonly handover: HandoverCookie;
  readonly publicUrl: string | undefined;
}

/** The page that asks for an address. */
export interface AskingPage {
  readonly place: PageFields['place'];
  readonly person: Person;
  /** Checked against the allow-list; null: none. */
  readonly returnTo: string | null;
}

/**
 * Returns the function that makes the address of a page; undefined: the page offers none. A new one withdraws the person's
 * older one. Only a session makes one, or a cookie that opens the verification and is not itself a phone's: a phone would
 * prolong its own time with each address. `on-request`: a button makes it, because to open a page makes no row. A page is
 * shown without one where it cannot be stored, or where no phone reaches this service.
 */
export function createPhoneAddresses({ ctx, handover, publicUrl }: PhoneAddressOptions) {
  const base = publicUrl === undefined || isOfThisMachine(publicUrl) ? undefined : publicUrl;
  return async (
    request: FastifyRequest,
    view: View,
    { place, person, returnTo }: AskingPage,
  ): Promise<PageFields['phone']> => {
    const scope = handover.scopeOf(request);
    const isAllowed = scope === undefined || scope === 'verify';
    if (base === undefined || !isAllowed || !mayBeComputer(request)) return undefined;
    if (!isOffered(view, place, request.query)) return undefined;
    try {
      const issued = await issuePhoneLink(ctx, person.identityId, returnTo);
      if (issued === undefined) return 'on-request';
      const address = linkUrl(base, issued.token);
      const follow = followPath(returnTo, offerState(person.identityId, view));
      return { address, code: qrCode(address), followPath: follow };
    } catch (error) {
      if (!(error instanceof LedgerUnavailable)) throw error;
      request.log.error({ identity: person.identityId, err: error }, 'could not store an address for a phone');
      return undefined;
    }
  };
}
