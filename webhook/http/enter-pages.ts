import { say } from '../texts/messages.ts';
import { button, link, type Page } from './page.ts';

/** One button: whoever only looks at the address spends nothing. `fields` travel with it. */
export function doorPage(fields: Readonly<Record<string, string>>): Page {
  return { sentence: say('enter.sentence'), action: button(say('button.continue'), fields, '/jumio/enter') };
}

/**
 * Never made, used, replaced or ended: all look the same, so that nobody learns which. Who has used it in this browser
 * gets on by the button, and who is not known there is asked to sign in.
 */
export const DEAD_END: Page = {
  sentence: say('used_link.sentence'),
  action: link('/jumio/verify', say('button.verification')),
};

/** Says of neither of the two who they are. */
export const SOMEBODY_ELSE: Page = {
  sentence: say('foreign_link.sentence'),
  action: link('/jumio/verify', say('foreign_link.continue')),
};
