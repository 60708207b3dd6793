import { ERROR_CODES, reasonsFor } from '../execution/outcome.ts';
import type { Execution } from '../state.ts';

interface Choice {
  readonly outcome: 'pass' | 'reject' | 'warn' | 'abandon';
  readonly text: string;
  /** What it means for the test. */
  readonly meaning: string;
  readonly reason?: string;
}

const CHOICES: readonly Choice[] = [
  { outcome: 'pass', text: 'Pass', meaning: 'The document and the face are in order.' },
  {
    outcome: 'reject',
    reason: 'usability/BLURRED',
    text: 'Reject: unreadable photo',
    meaning: 'The person can fix this: another attempt is allowed.',
  },
  {
    outcome: 'reject',
    reason: 'liveness/FACE_NOT_FULLY_VISIBLE',
    text: 'Reject: unclear selfie',
    meaning: 'The person can fix this too.',
  },
  {
    outcome: 'reject',
    reason: 'imageChecks/MANIPULATED_DOCUMENT',
    text: 'Reject: manipulated document',
    meaning: 'The person cannot fix this.',
  },
  { outcome: 'warn', text: 'Warn', meaning: 'Jumio is not sure: the operator must review it.' },
  {
    outcome: 'abandon',
    text: 'Abandon',
    meaning: 'Leave without finishing. The link opens this page again until it ends.',
  },
];

/** The class of the button of each outcome: only to pass looks like the way on. */
const LOOKS: Readonly<Record<Choice['outcome'], string>> = {
  pass: '',
  reject: 'bad',
  warn: 'unsure',
  abandon: 'plain',
};

/** Longer than a page waits before it looks again. */
const SLOW_S = 30;

/** The hosted page: instead of using a camera, the tester chooses what Jumio finds. */
export function capturePage(execution: Execution, token: string, customKeys: readonly string[]): string {
  const form = (outcome: string, inside: string) => `<form method="post" action="client">
<input type="hidden" name="authorizationToken" value="${escapeHtml(token)}">
<input type="hidden" name="outcome" value="${outcome}">${inside}</form>`;
  const offered = (columns: ('REJECTED' | 'WARNING')[]) => reasonsFor(execution.definitionKey, customKeys, columns);
  const everyReason = offered(['REJECTED', 'WARNING']);
  const choice = ({ outcome, text, meaning, reason }: Choice) => {
    const field = reason === undefined ? '' : `<input type="hidden" name="reason" value="${reason}">`;
    // By its address, not by a field: a program that reads the form must not wait.
    const slowly = `<button class="plain" formaction="client?seconds=${SLOW_S}" aria-label="${text}, in ${SLOW_S} s">in ${SLOW_S} s</button>`;
    const buttons = `<button class="${LOOKS[outcome]}">${text}</button>${outcome === 'abandon' ? '' : slowly}`;
    return `<li>${form(outcome, `${field}<span class="pair">${buttons}</span>`)}<p>${meaning}</p></li>`;
  };
  const choices = CHOICES.filter(({ reason }) => reason === undefined || everyReason.includes(reason));
  const pick = (name: string, label: string, options: readonly string[]) =>
    `<label>${label} <select name="${name}">${labelOptions(options)}</select></label> `;
  return page(
    'Jumio (sandbox): verify your identity',
    [
      '<p class="sandbox">A sandbox: this is not Jumio, no picture is taken, and nothing leaves this machine.</p>',
      `<p>Choose what Jumio finds: at once, or in ${SLOW_S} seconds, so that you see the page that waits.</p>`,
      `<ul class="choices">${choices.map(choice).join('')}</ul>`,
      '<details><summary>Any other reason, or an error</summary>',
      form('reject', `${pick('reason', 'Reject for', everyReason)}<button>Reject</button>`),
      form('warn', `${pick('reason', 'Warn of', offered(['WARNING']))}<button>Warn</button>`),
      form('error', `${pick('errorCode', 'End with error', ERROR_CODES)}<button>End</button>`),
      '</details>',
    ].join('\n'),
  );
}

/** Jumio's own page at the end, where no URL to redirect to is set. */
export function endPage({ errorCode, outcome, link }: Execution, back: string | undefined): string {
  const way = wayBack(back);
  if (errorCode !== undefined) return page('Something went wrong', `<p>Error code: ${escapeHtml(errorCode)}</p>${way}`);
  if (outcome === 'abandon') {
    const again = link === undefined ? '' : `<p><a href="${escapeHtml(link)}">Go on here</a></p>`;
    return page('You have left', `<p>You can continue for another 15 minutes.</p>${again}${way}`);
  }
  return page('Thank you', `<p>Your pictures have been received. You can close this page.</p>${way}`);
}

/** The page of a link that has ended, was used, or never existed. */
export function invalidLinkPage(back: string | undefined): string {
  const text = '<p>The session is missing, invalid or expired. Error code: 9200</p>';
  return page('This link is no longer valid', `${text}${wayBack(back)}`);
}

/** Jumio has no such link: it is for the person who tries the sandbox. */
function wayBack(back: string | undefined): string {
  return back === undefined ? '' : `<p><a href="${escapeHtml(back)}">Back to your verification</a></p>`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#c4c9d4, #4a5263); --soft: light-dark(#f1f3f8, #20252f); --brand: light-dark(#2b4a9b, #a9c1ff); --on-brand: light-dark(#fff, #10182b); --bad: light-dark(#9b1c1c, #ffb4ac); --unsure: light-dark(#6d4300, #f2c265); }
body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: light-dark(#fff, #14171d); color: light-dark(#16202a, #e8edf2); }
main { max-width: 78rem; margin: 0 auto; padding: 1rem; overflow-x: auto; }
h1 { font-size: 1.4rem; }
form { margin: .5rem 0; }
a { color: var(--brand); }
table { border-collapse: collapse; } td, th { border: 1px solid var(--line); padding: .3rem .5rem; text-align: left; vertical-align: top; }
button { font: inherit; font-weight: 600; min-height: 2.5rem; padding: .3rem 1rem; border: 0; border-radius: .4rem; background: var(--brand); color: var(--on-brand); cursor: pointer; }
select, input { font: inherit; max-width: 100%; min-height: 2.5rem; }
:focus-visible { outline: 3px solid var(--brand); outline-offset: 2px; }
.sandbox { border: 2px dashed var(--line); border-radius: .5rem; padding: .5rem .75rem; background: var(--soft); }
.choices { list-style: none; padding: 0; max-width: 32rem; }
.choices li { border-top: 1px solid var(--line); padding: .5rem 0; }
.choices p { margin: .25rem 0; }
.pair { display: flex; gap: .5rem; }
.pair button:first-child { flex: 1; text-align: left; }
button.bad { background: var(--bad); }
button.unsure { background: var(--unsure); }
button.plain { border: 1px solid var(--brand); background: transparent; color: var(--brand); }
.rows { width: 100%; font-size: .9rem; }
.rows select { width: 9rem; }
.rows time { white-space: nowrap; }
@media (max-width: 64rem) {
  .rows thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .rows, .rows tbody, .rows tr, .rows td { display: block; }
  .rows tr { border: 1px solid var(--line); border-radius: .5rem; margin: 0 0 1rem; padding: .25rem .75rem; }
  .rows td { border: 0; padding: .15rem 0; overflow-wrap: anywhere; }
  .rows td:empty { display: none; }
  .rows td[data-label]::before { content: attr(data-label) ": "; font-weight: 600; }
}
summary { cursor: pointer; padding: .5rem 0; }
`;

/** Escapes a text for HTML, also for a quoted attribute. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

/** A plain page. `body` is HTML. */
export function page(title: string, body: string): string {
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(title)}</title>
<link rel="icon" href="data:,">
<style>${STYLE}</style>
<main>
<h1>${escapeHtml(title)}</h1>
${body}
</main>
</html>
`;
}

/** The options of a `<select>` of labels, each as `capability/label`. */
export function labelOptions(labels: readonly string[]): string {
  return labels.map((label) => `<option>${escapeHtml(label)}</option>`).join('');
}
