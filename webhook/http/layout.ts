import { say } from '../texts/messages.ts';
import { action, block, type Tell } from './components.ts';
import { html, type Markup } from './html.ts';
import type { Page } from './page.ts';

function main(page: Page, title: string, tell: Tell): Markup {
  return html`<main><h1>${title}</h1>
<p id="sentence" role="status">${tell(page.sentence)}</p>
${page.blocks?.map((part) => block(part, tell))}
${action(page.action, tell, 'action')}
${page.others?.map((other) => action(other, tell))}
</main>`;
}

/** The whole document. */
export function document(page: Page, language: string, tell: Tell): string {
  const title = tell(page.title ?? say('page.title'));
  const { refreshSeconds } = page;
  const refresh =
    refreshSeconds === undefined ? undefined : html`<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return html`<!doctype html>
<html lang="${language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">${refresh}
<title>${title}</title></head>
<body>
${main(page, title, tell)}
</body></html>
`.toString();
}
