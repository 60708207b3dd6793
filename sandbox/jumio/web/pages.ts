import type { Execution } from '../execution/execution.ts';
import { ERROR_CODES, reasonsFor } from '../execution/offers.ts';
import { escapeHtml, labelOptions, page } from '../html.ts';

/** The hosted page: in place of a camera, what a tester wants Jumio to find. */
export function capturePage(execution: Execution, token: string, customKeys: readonly string[]): string {
  const button = (outcome: string, text: string, extra = '') => `<form method="post" action="client">
<input type="hidden" name="authorizationToken" value="${escapeHtml(token)}">
<input type="hidden" name="outcome" value="${outcome}">
${extra}<button>${text}</button></form>`;
  const reasons = (columns: ('REJECTED' | 'WARNING')[]) =>
    `<select name="reason" aria-label="reason">${labelOptions(reasonsFor(execution.definitionKey, customKeys, columns))}</select> `;
  const codes = `<select name="errorCode" aria-label="error code">${labelOptions(ERROR_CODES)}</select> `;
  return page(
    'Jumio (sandbox): verify your identity',
    [
      '<p>No picture is taken here. Choose what Jumio shall find.</p>',
      button('pass', 'Pass'),
      button('warn', 'Warn', reasons(['WARNING'])),
      button('reject', 'Reject', reasons(['REJECTED', 'WARNING'])),
      button('abandon', 'Abandon: leave without finishing'),
      button('error', 'End with an error', codes),
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
