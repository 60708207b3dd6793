import type { Execution } from '../execution/execution.ts';
import { ERROR_CODES, reasonsFor } from '../execution/offers.ts';
import { escapeHtml, labelOptions, page } from '../html.ts';

interface Choice {
  readonly outcome: string;
  readonly text: string;
  /** What comes of it, in a tester's words. */
  readonly means: string;
  readonly reason?: string;
}

const CHOICES: readonly Choice[] = [
  { outcome: 'pass', text: 'Pass', means: 'Document and face are right.' },
  {
    outcome: 'reject',
    reason: 'usability/BLURRED',
    text: 'Reject: unreadable photo',
    means: 'Something that a person can mend: another try is allowed.',
  },
  {
    outcome: 'reject',
    reason: 'imageChecks/MANIPULATED_DOCUMENT',
    text: 'Reject: manipulated document',
    means: 'Nothing that a person can mend.',
  },
  { outcome: 'warn', text: 'Warn', means: 'Jumio is not sure: somebody must look at it.' },
  { outcome: 'abandon', text: 'Abandon', means: 'Leave without finishing. The link leads back here until it ends.' },
];

/** The hosted page: in place of a camera, what a tester wants Jumio to find. */
export function capturePage(execution: Execution, token: string, customKeys: readonly string[]): string {
  const form = (outcome: string, inside: string) => `<form method="post" action="client">
<input type="hidden" name="authorizationToken" value="${escapeHtml(token)}">
<input type="hidden" name="outcome" value="${outcome}">${inside}</form>`;
  const offered = (columns: ('REJECTED' | 'WARNING')[]) => reasonsFor(execution.definitionKey, customKeys, columns);
  const everyReason = offered(['REJECTED', 'WARNING']);
  const choice = ({ outcome, text, means, reason }: Choice) => {
    const field = reason === undefined ? '' : `<input type="hidden" name="reason" value="${reason}">`;
    return `<li>${form(outcome, `${field}<button>${text}</button>`)}<p>${means}</p></li>`;
  };
  const choices = CHOICES.filter(({ reason }) => reason === undefined || everyReason.includes(reason));
  const pick = (name: string, label: string, options: readonly string[]) =>
    `<label>${label} <select name="${name}">${labelOptions(options)}</select></label> `;
  return page(
    'Jumio (sandbox): verify your identity',
    [
      '<p class="sandbox">A sandbox: this is not Jumio, no picture is taken, and nothing leaves this machine.</p>',
      '<p>Choose what Jumio shall find.</p>',
      `<ul class="choices">${choices.map(choice).join('')}</ul>`,
      '<details><summary>Any other reason, or an error</summary>',
      form('reject', `${pick('reason', 'Reject for', everyReason)}<button>Reject</button>`),
      form('warn', `${pick('reason', 'Warn of', offered(['WARNING']))}<button>Warn</button>`),
      form('error', `${pick('errorCode', 'End with error', ERROR_CODES)}<button>End</button>`),
      '</details>',
    ].join('\n'),
  );
}

/** Jumio's own page where no URL to lead back to is set. */
export function endPage({ errorCode, outcome }: Execution): string {
  if (errorCode !== undefined) return page('Something went wrong', `<p>Error code: ${escapeHtml(errorCode)}</p>`);
  if (outcome === 'abandon') return page('You have left', '<p>You can go on for another 15 minutes.</p>');
  return page('Thank you', '<p>Your pictures have been received. You can close this page.</p>');
}

/** What a link shows that leads nowhere any more: ended, used, or never handed out. */
export function deadPage(): string {
  return page('This link is no longer valid', '<p>The session is missing, invalid or expired. Error code: 9200</p>');
}
