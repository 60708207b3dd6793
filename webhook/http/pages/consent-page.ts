import { type Text, toText } from '../../texts/messages.ts';
import type { View } from '../../verification/person/index.ts';
import { helpPath } from '../return-to.ts';
import {
  type Action,
  button,
  link,
  type Page,
  type PageBlock,
  type PageFields,
  paragraphs,
  type TextBlock,
} from './page.ts';
import { following, phoneBlocks, phoneButton } from './phone/phone-block.ts';
import { reasonOf } from './wording.ts';

/** Returns the link for people who cannot verify at all. */
export function helpLink({ fields }: PageFields) {
  return link(helpPath(fields.return_to ?? null), toText('cannot.title'));
}

/** What the consent text depends on, besides the language. */
export interface ConsentFacts {
  /** Whether traits go to Jumio: the text must name them, or the person has not agreed to them. */
  readonly sendsTraits: boolean;
  /** Whether Jumio knows of this person already, by an identifier: from the sign-up on, or because of an attempt. */
  readonly isKnownToJumio: boolean;
  /** Where people find help: a web URL or `mailto:`. */
  readonly support: string | undefined;
}

function dataItems({ sendsTraits, isKnownToJumio }: ConsentFacts): Text[] {
  return [
    toText('consent.controller'),
    isKnownToJumio ? toText('consent.data_before') : toText('consent.data_nothing_before'),
    toText('consent.data_sent'),
    toText('consent.data_biometric'),
    ...(sendsTraits ? [toText('consent.data_traits')] : []),
    toText('consent.data_back'),
    toText('consent.data_kept'),
    toText('consent.jumio_retention'),
  ];
}

/** How an agreement is taken back, and data are erased. An address only where there is one: nobody is sent to nowhere. */
function rightsItems({ support }: ConsentFacts): Text[] {
  const address = support?.replace(/^mailto:/, '');
  return [
    toText('consent.take_back'),
    ...(address === undefined ? [] : [toText('consent.erasure', { address })]),
    toText('consent.explicit'),
  ];
}

/** Returns the consent text, in reading order. */
export function consentBlocks(facts: ConsentFacts): TextBlock[] {
  const needed = [toText('consent.need_document'), toText('consent.need_camera')];
  return [
    { kind: 'paragraph', text: toText('consent.why') },
    { kind: 'paragraph', text: toText('consent.time') },
    { kind: 'list', heading: toText('consent.need'), items: needed },
    { kind: 'list', heading: toText('consent.data'), items: dataItems(facts) },
    { kind: 'list', heading: toText('consent.rights'), items: rightsItems(facts) },
  ];
}

function blocks(view: View, page: PageFields): PageBlock[] {
  const { privacyUrl, support, sendsTraits = false, tellsJumioAtSignUp = true } = page;
  const facts = { sendsTraits, isKnownToJumio: tellsJumioAtSignUp || view.hasAttempt, support };
  const changed: PageBlock[] = view.consent === 'outdated' ? [{ kind: 'notice', text: toText('consent.changed') }] : [];
  const policy: PageBlock[] =
    privacyUrl === undefined ? [] : [{ kind: 'link', href: privacyUrl, text: toText('consent.policy') }];
  return [
    ...changed,
    ...paragraphs(reasonOf(view)),
    ...consentBlocks(facts),
    ...policy,
    helpLink(page),
    ...phoneBlocks(page),
  ];
}

/** Returns the page with the consent text: the person agrees or declines. */
export function consentPage(view: View, page: PageFields): Page {
  const { fields, consentVersion } = page;
  return {
    title: toText('consent.title'),
    sentence: toText('consent.sentence'),
    blocks: blocks(view, page),
    action: button(toText('consent.agree'), { ...fields, consent: consentVersion }),
    others: [button(toText('consent.decline'), fields, '/jumio/decline'), ...phoneButton(page)],
    ...following(view, page),
  };
}

/** Returns the page for a person who has declined: nothing continues, and they can reconsider at any time. */
export function declinedPage(page: PageFields): Page {
  const { returnTo } = page;
  const reconsider = link('/jumio/verify', toText('declined.reconsider'));
  const answer = { title: toText('declined.title'), mood: 'open', sentence: toText('declined.sentence') } as const;
  return returnTo === undefined
    ? { ...answer, action: reconsider, others: [helpLink(page)] }
    : { ...answer, action: link(returnTo, toText('button.go_back')), others: [reconsider, helpLink(page)] };
}

/** Returns the button that withdraws a consent, on the page where it was given. */
export function withdrawButton({ consent }: View, { place, fields }: PageFields): Action[] {
  const isOffered = consent === 'given' && place === 'verify';
  return isOffered ? [button(toText('consent.withdraw'), fields, '/jumio/decline')] : [];
}
