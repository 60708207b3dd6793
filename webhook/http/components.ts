import type { Text } from '../texts/messages.ts';
import { html, type Markup } from './html.ts';
import type { Action, Block } from './page.ts';

/** Says a text in the language of the page. */
export type Tell = (text: Text) => string;

/** Addresses that a link may have; anything else (`javascript:`) is shown as words. */
function leadsSomewhere(href: string): boolean {
  return /^(https?:\/\/|mailto:|\/(?![/\\]))/i.test(href);
}

/** A link that stands among others. */
export function anchor(href: string, text: string): Markup {
  return leadsSomewhere(href) ? html`<a href="${href}">${text}</a>` : html`${text}`;
}

function hidden([name, value]: [string, string]): Markup {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

/** @param id of the element that a person presses or reads; for the page's own action only */
export function action(what: Action, tell: Tell, id?: 'action'): Markup {
  const named = id === undefined ? undefined : html` id="${id}"`;
  const text = tell(what.text);
  switch (what.kind) {
    case 'link':
      if (!leadsSomewhere(what.href)) return html`<p${named}>${text}</p>`;
      return html`<p><a${named} href="${what.href}" class="button">${text}</a></p>`;
    case 'button':
      return html`<form method="post" action="${what.to}"${what.goesOn && html` data-press`}>${Object.entries(what.fields).map(hidden)}<button${named}>${text}</button></form>`;
    case 'words':
      return html`<p${named}>${text}</p>`;
    default:
      return what satisfies never;
  }
}

export function block(what: Block, tell: Tell): Markup {
  switch (what.kind) {
    case 'paragraph':
      return html`<p>${tell(what.text)}</p>`;
    case 'without-scripts':
      return html`<noscript><p>${tell(what.text)}</p></noscript>`;
    case 'notice':
      return html`<p class="notice">${tell(what.text)}</p>`;
    case 'link':
      return html`<p class="more">${anchor(what.href, tell(what.text))}</p>`;
    case 'list': {
      const items = what.items.map((item) => html`<li>${tell(item)}</li>`);
      return html`<h2>${tell(what.heading)}</h2><ul>${items}</ul>`;
    }
    default:
      return what satisfies never;
  }
}
