import { say } from '../texts/messages.ts';
import { type Assets, addressOf } from './assets.ts';
import type { Brand } from './brand.ts';
import { action, anchor, block, type Tell } from './components.ts';
import { html, type Markup } from './html.ts';
import type { Page } from './page.ts';

/** What all pages have in common. */
export interface Frame {
  readonly brand: Brand;
  readonly assets: Assets;
}

const RIGHT_TO_LEFT = /^(ar|dv|fa|he|ps|sd|ug|ur|yi)\b/;

/** A page that waits asks again by its script, one that is over leads on; without scripts it is loaded again. */
function byItself({ refreshSeconds, onwards }: Page, { script }: Assets): Markup | undefined {
  if (refreshSeconds === undefined && onwards === undefined) return undefined;
  const content = onwards === undefined ? refreshSeconds : `${onwards.seconds}; url=${onwards.to}`;
  return html`<script src="${addressOf(script)}" defer></script>
<noscript><meta http-equiv="refresh" content="${content}"></noscript>
`;
}

function head(page: Page, title: string, { brand, assets }: Frame): Markup {
  return html`<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}${brand.name === undefined ? undefined : ` – ${brand.name}`}</title>
<link rel="stylesheet" href="${addressOf(assets.style)}"><link rel="icon" href="${addressOf(assets.icon)}">
${byItself(page, assets)}`;
}

function header({ brand, assets }: Frame): Markup | undefined {
  const { name } = brand;
  if (assets.logo === undefined)
    return name === undefined ? undefined : html`<header class="brand"><p>${name}</p></header>\n`;
  return html`<header class="brand"><img src="${addressOf(assets.logo)}" alt="${name ?? ''}"></header>\n`;
}

function main(page: Page, title: string, tell: Tell): Markup {
  const { seen, refreshSeconds, onwards, others = [] } = page;
  const poll = refreshSeconds === undefined ? undefined : html` data-poll="${refreshSeconds}"`;
  const known = seen === undefined ? undefined : html` data-seen="${seen.status} ${seen.waitingOn}"`;
  const leads =
    onwards === undefined ? undefined : html` data-onwards="${onwards.to}" data-moment="${onwards.seconds}"`;
  return html`<main${poll}${known}${leads}>
<h1 id="title">${title}</h1>
<p id="sentence" role="status" aria-labelledby="title">${tell(page.sentence)}</p>
${page.blocks?.map((part) => block(part, tell))}
${action(page.action, tell, 'action')}
${others.length === 0 ? undefined : html`<div class="others">${others.map((other) => action(other, tell))}</div>\n`}</main>
`;
}

/** The operator's links, without the one that the page itself asks to press. */
function footer(page: Page, { brand }: Frame, tell: Tell): Markup | undefined {
  const { support, privacyUrl } = brand;
  const isAsked = page.action.kind === 'link' && page.action.href === support;
  const items = [
    ...(support === undefined || isAsked ? [] : [anchor(support, tell(say('footer.support')))]),
    ...(privacyUrl === undefined ? [] : [anchor(privacyUrl, tell(say('footer.privacy')))]),
  ];
  if (items.length === 0) return undefined;
  return html`<footer><ul>${items.map((item) => html`<li>${item}</li>`)}</ul></footer>\n`;
}

/** The whole document. */
export function document(page: Page, frame: Frame, language: string, tell: Tell): string {
  const title = tell(page.title ?? say('page.title'));
  return html`<!doctype html>
<html lang="${language}" dir="${RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr'}">
<head>
${head(page, title, frame)}</head>
<body>
${header(frame)}${main(page, title, tell)}${footer(page, frame, tell)}</body>
</html>
`.toString();
}
