import { say } from '../texts/messages.ts';
import type { View } from '../verification/view.ts';
import { type Action, link, type Page, paragraphs, words } from './page.ts';
import type { PageFields } from './page-fields.ts';
import { reasonOf, sentenceOf } from './standing-words.ts';

/** @param otherwise what is said where the operator gave no address */
export function supportAction(support: string | undefined, otherwise = say('next.support')): Action {
  return support === undefined ? words(otherwise) : link(support, say('button.support'));
}

/** Back to the application: there is nothing more to do here. */
export function wayBack({ returnTo }: PageFields): Action[] {
  return returnTo === undefined ? [] : [link(returnTo, say('button.go_back'))];
}

/** What to do better next time helps nobody for whom there is no next time. */
function usedUpPage(view: View, page: PageFields): Page {
  const { support } = page;
  const ask = say('used_up.support');
  const blocks = paragraphs(say('used_up.reason'), support === undefined ? undefined : ask);
  return { sentence: sentenceOf(view), blocks, action: supportAction(support, ask), others: wayBack(page) };
}

/** Only the operator can say more. */
export function contactPage(view: View, page: PageFields): Page {
  if (view.usedUp) return usedUpPage(view, page);
  const { support } = page;
  const why = view.tooOld ? say('next.ask_support') : say('next.support');
  const blocks = paragraphs(reasonOf(view), support === undefined ? undefined : why);
  return { sentence: sentenceOf(view), blocks, action: supportAction(support, why), others: wayBack(page) };
}
