import { expect } from 'vitest';
import type { UiMessage } from '../../../sandbox/kratos/client/forms.ts';

/** A sign-in or a recovery that our gate refused because the identity was rejected, with our text in the flow. */
export const REFUSED = {
  signedIn: false,
  messages: [
    {
      id: 4990001,
      type: 'error',
      text: expect.stringMatching(/^You cannot sign in, because your identity could not be verified\./),
      context: { status: 'rejected' },
    },
  ] satisfies UiMessage[],
};

export const ALLOWED = { signedIn: true, messages: [] };

/** Reasons for which a person may try again, and may not. Fields of Jumio's page. */
export const UNREADABLE = { outcome: 'reject', reason: 'usability/BLURRED' };

export const MANIPULATED = { outcome: 'reject', reason: 'imageChecks/MANIPULATED_DOCUMENT' };
