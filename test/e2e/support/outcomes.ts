import { expect } from 'vitest';
import type { UiMessage } from '../../../sandbox/kratos/client/forms.ts';

/** A sign-in or a recovery that the gate refused because the identity was rejected, with the gate's text in the flow. */
export const REFUSED = {
  signedIn: false,
  messages: [
    {
      id: 4990001,
      type: 'error',
      text: expect.stringMatching(/^You cannot sign in because we could not verify your identity\./),
      context: { status: 'rejected' },
    },
  ] satisfies UiMessage[],
};

/** A sign-in or a recovery that the gate refused for a photo that could not be read: the text leads to another try. */
export const TRY_AGAIN = {
  signedIn: false,
  messages: [
    {
      id: 4990001,
      type: 'error',
      text: expect.stringMatching(
        /^We could not read your document\. You can fix this here within the next ten minutes: http.+\/jumio\/enter\?code=/,
      ),
      context: { status: 'rejected', url: expect.stringContaining('/jumio/enter?code=') },
    },
  ] satisfies UiMessage[],
};

/** A sign-in or a recovery that the gate allowed. */
export const ALLOWED = { signedIn: true, messages: [] };

/** Fields of Jumio's page: a rejection after which the person may try again. */
export const UNREADABLE = { outcome: 'reject', reason: 'usability/BLURRED' };

/** Fields of Jumio's page: a rejection after which the person may not try again. */
export const MANIPULATED = { outcome: 'reject', reason: 'imageChecks/MANIPULATED_DOCUMENT' };
