import { toText } from '../../texts/messages.ts';
import type { View } from '../../verification/person/index.ts';
import { helpPath } from '../return-to.ts';
import { type Action, button, link, type Page, type PageBlock, type PageFields, paragraphs } from './page.ts';
import { reasonOf } from './wording.ts';

/** Returns the link for people who cannot verify at all. */
export function helpLink({ fields }: PageFields) {
  return link(helpPath(fields.return_to ?? null), toText('cannot.title'));
}

/**
 * Returns the consent text, in reading order.
 * @param sendsTraits whether traits go to Jumio: the text must name them, or the person has not agreed to them
 */
export function consentBlocks(sendsTraits: boolean): PageBlock[] {
  const sentData = [toText('consent.data_sent'), ...(sendsTraits ? [toText('consent.data_traits')] : [])];
  return [
    { kind: 'paragraph', text: toText('consent.why') },
    { kind: 'paragraph', text: toText('consent.time') },
    {
      kind: 'list',
      heading: toText('consent.need'),
      items: [toText('consent.need_document'), toText('consent.need_camera')],
    },
    {
      kind: 'list',
      heading: toText('consent.data'),
      items: [...sentData, toText('consent.data_back'), toText('consent.data_kept')],
    },
  ];
}

function blocks(view: View, page: PageFields): PageBlock[] {
  const { privacyUrl, sendsTraits = false } = page;
  const changed: PageBlock[] = view.consent === 'outdated' ? [{ kind: 'notice', text: toText('consent.changed') }] : [];
  const policy: PageBlock[] =
    privacyUrl === undefined ? [] : [{ kind: 'link', href: privacyUrl, text: toText('consent.policy') }];
  return [...changed, ...paragraphs(reasonOf(view)), ...consentBlocks(sendsTraits), ...policy, helpLink(page)];
}

/** Returns the page with the consent text: the person agrees or declines. */
export function consentPage(view: View, page: PageFields): Page {
  const { fields, consentVersion } = page;
  return {
    title: toText('consent.title'),
    sentence: toText('consent.sentence'),
    blocks: blocks(view, page),
    action: button(toText('consent.agree'), { ...fields, consent: consentVersion }),
    others: [button(toText('consent.decline'), fields, '/jumio/decline')],
  };
}

/** Returns the page for a person who has declined: nothing continues, and they can reconsider at any time. */
export function declinedPage(page: PageFields): Page {
  const { returnTo } = page;
  const reconsider = link('/jumio/verify', toText('declined.reconsider'));
  const sentence = toText('declined.sentence');
  return returnTo === undefined
    ? { sentence, action: reconsider, others: [helpLink(page)] }
    : { sentence, action: link(returnTo, toText('button.go_back')), others: [reconsider, helpLink(page)] };
}

/** Returns the button that withdraws a consent, on the page where it was given. */
export function withdrawButton({ consent }: View, { place, fields }: PageFields): Action[] {
  const isOffered = consent === 'given' && place === 'verify';
  return isOffered ? [button(toText('consent.withdraw'), fields, '/jumio/decline')] : [];
}
