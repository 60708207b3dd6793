import { say } from '../../texts/messages.ts';
import type { View } from '../../verification/person/index.ts';
import { helpPath } from '../return-to.ts';
import { type Action, button, link, type Page, type PageBlock, type PageFields, paragraphs } from './page.ts';
import { reasonOf } from './wording.ts';

/** Who cannot do this at all finds another way there. */
export function cannot({ fields }: PageFields) {
  return link(helpPath(fields.return_to ?? null), say('cannot.title'));
}

/**
 * The text itself, in the order in which it is read.
 * @param sendsTraits whether Jumio is told more than it photographs: nobody agrees to what they were not told
 */
export function consentBlocks(sendsTraits: boolean): PageBlock[] {
  const sent = [say('consent.data_sent'), ...(sendsTraits ? [say('consent.data_traits')] : [])];
  return [
    { kind: 'paragraph', text: say('consent.why') },
    { kind: 'paragraph', text: say('consent.time') },
    { kind: 'list', heading: say('consent.need'), items: [say('consent.need_document'), say('consent.need_camera')] },
    {
      kind: 'list',
      heading: say('consent.data'),
      items: [...sent, say('consent.data_back'), say('consent.data_kept')],
    },
  ];
}

function blocks(view: View, page: PageFields): PageBlock[] {
  const { privacyUrl, sendsTraits = false } = page;
  const changed: PageBlock[] = view.consent === 'outdated' ? [{ kind: 'notice', text: say('consent.changed') }] : [];
  const policy: PageBlock[] =
    privacyUrl === undefined ? [] : [{ kind: 'link', href: privacyUrl, text: say('consent.policy') }];
  return [...changed, ...paragraphs(reasonOf(view)), ...consentBlocks(sendsTraits), ...policy, cannot(page)];
}

/** Who checks what, for whom, why, how long it takes, what is needed, and where the data go; agree or refuse. */
export function consentPage(view: View, page: PageFields): Page {
  const { fields, consentVersion } = page;
  return {
    title: say('consent.title'),
    sentence: say('consent.sentence'),
    blocks: blocks(view, page),
    action: button(say('consent.agree'), { ...fields, consent: consentVersion }),
    others: [button(say('consent.decline'), fields, '/jumio/decline')],
  };
}

/** The person refused: nothing goes on, and they can change their mind at any time. */
export function declinedPage(page: PageFields): Page {
  const { returnTo } = page;
  const reconsider = link('/jumio/verify', say('declined.reconsider'));
  const sentence = say('declined.sentence');
  return returnTo === undefined
    ? { sentence, action: reconsider, others: [cannot(page)] }
    : { sentence, action: link(returnTo, say('button.go_back')), others: [reconsider, cannot(page)] };
}

/** Whoever has agreed may change their mind where they agreed. */
export function withdrawing({ consent }: View, { place, fields }: PageFields): Action[] {
  const isOffered = consent === 'given' && place === 'verify';
  return isOffered ? [button(say('consent.withdraw'), fields, '/jumio/decline')] : [];
}
