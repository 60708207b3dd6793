import type { FastifyReply, FastifyRequest } from 'fastify';
import { html as escaping } from 'ghtml';
import { isDeepLink } from '../../deep-link.ts';
import { type Text, toText } from '../../texts/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import { type Assets, assetUrl, type Brand } from './assets.ts';
import type { Action, Mood, Page, PageBlock } from './page.ts';

/** Returns a text in the language of the page. */
export type Translate = (text: Text) => string;

/** Whether a link may have this URL; any other (`javascript:`) is shown as text. */
function isLinkable(href: string): boolean {
  return /^(https?:\/\/|mailto:|\/(?![/\\]))/i.test(href) || isDeepLink(href);
}

/** Returns a link in running text. */
export function anchor(href: string, text: string): Markup {
  return isLinkable(href) ? html`<a href="${href}">${text}</a>` : html`${text}`;
}

function hidden([name, value]: [string, string]): Markup {
  return html`<input type="hidden" name="${name}" value="${value}">`;
}

/**
 * Returns an action as markup.
 * @param id of the element that a person presses or reads; for the page's own action only
 */
export function action(shown: Action, translate: Translate, id?: 'action'): Markup {
  const idAttribute = id === undefined ? undefined : html` id="${id}"`;
  const text = translate(shown.text);
  switch (shown.kind) {
    case 'link':
      if (!isLinkable(shown.href)) return html`<p${idAttribute}>${text}</p>`;
      return html`<p><a${idAttribute} href="${shown.href}" class="button">${text}</a></p>`;
    case 'button':
      return html`<form method="post" action="${shown.to}"${shown.pressesAgain && html` data-press`}${shown.isForComputer && html` class="computer"`}>${Object.entries(shown.fields).map(hidden)}<button${idAttribute}>${text}</button></form>`;
    case 'text':
      return html`<p${idAttribute}>${text}</p>`;
    default:
      return shown satisfies never;
  }
}

/** Returns a block as markup. */
export function block(shown: PageBlock, translate: Translate): Markup {
  switch (shown.kind) {
    case 'paragraph':
      return html`<p>${translate(shown.text)}</p>`;
    case 'without-scripts':
      return html`<noscript><p>${translate(shown.text)}</p></noscript>`;
    case 'notice':
      return html`<p class="notice">${translate(shown.text)}</p>`;
    case 'link':
      return html`<p class="more">${anchor(shown.href, translate(shown.text))}</p>`;
    case 'list': {
      const items = shown.items.map((item) => html`<li>${translate(item)}</li>`);
      return html`<h2>${translate(shown.heading)}</h2><ul>${items}</ul>`;
    }
    case 'phone':
      return phone(shown, translate);
    default:
      return shown satisfies never;
  }
}

/** The code is an image for the eye; who cannot see it reads the address. */
function phone({ address, code, followPath }: PageBlock & { kind: 'phone' }, translate: Translate): Markup {
  const { size, path } = code;
  return html`<section class="phone computer"><h2>${translate(toText('phone.title'))}</h2>
<p>${translate(toText('phone.how'))}</p>
<svg class="code" viewBox="0 0 ${size} ${size}" role="img" aria-label="${translate(toText('phone.code'))}"><path d="${path}"/></svg>
<p class="address">${address}</p>
<p>${translate(toText('phone.whose'))}</p>
<p>${anchor(followPath, translate(toText('phone.follow')))}</p></section>`;
}

/** A piece of HTML. Only the tag `html` makes one, so foreign text never is one. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** A value in a template: markup is kept, everything else is escaped; undefined is left out. */
type Part = Markup | string | number | undefined | readonly Part[];

function toHtml(part: Part): string {
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(toHtml).join('');
  return escaping`${part}`;
}

/** Template tag that escapes by construction: no text gets into a page as markup. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(String.raw({ raw: literals }, ...parts.map(toHtml)));
}

export type { Markup };

/** The common parts of all pages: brand and assets. */
export interface Frame {
  readonly brand: Brand;
  readonly assets: Assets;
}

const RIGHT_TO_LEFT = /^(ar|dv|fa|he|ps|sd|ug|ur|yi)\b/;

/** A page that waits polls by its script, one that is over leads on; without scripts the browser reloads it. */
function automation({ refreshSeconds, onwards, follow }: Page, { script }: Assets): Markup | undefined {
  if (refreshSeconds === undefined && onwards === undefined && follow === undefined) return undefined;
  const content = onwards === undefined ? refreshSeconds : `${onwards.seconds}; url=${onwards.to}`;
  // Nobody who reads a page is interrupted: without scripts a link leads to the page that follows the phone.
  const refresh =
    content === undefined ? undefined : html`<noscript><meta http-equiv="refresh" content="${content}"></noscript>\n`;
  return html`<script src="${assetUrl(script)}" defer></script>\n${refresh}`;
}

/** The answer first: it is what a tab and a screen reader begin with. */
function windowTitle(page: Page, { brand }: Frame, translate: Translate): string {
  return joined([translate(page.title), translate(toText('page.title')), brand.name]);
}

/** Returns the title of a window: its parts, each once. */
export function joined(parts: readonly (string | undefined)[]): string {
  return [...new Set(parts)].filter((part) => part !== undefined).join(' – ');
}

function header({ brand, assets }: Frame): Markup | undefined {
  const { name } = brand;
  if (assets.logo === undefined)
    return name === undefined ? undefined : html`<header class="brand"><p>${name}</p></header>\n`;
  return html`<header class="brand"><img src="${assetUrl(assets.logo)}" alt="${name ?? ''}"></header>\n`;
}

/** Strokes in a box of 24: an identity card, a tick, an exclamation mark, an open ring that turns (style.css), a clock. */
const STROKES: Readonly<Record<Mood, string>> = {
  open: 'M2 5h20v14H2zM8.5 8.5a2 2 0 1 0 0 4 2 2 0 0 0 0-4M5.5 16c.5-2.5 5.5-2.5 6 0M15 10h3.5M15 14h3.5',
  done: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20M7 12.5l3.5 3.5L17 9',
  problem: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20M12 7v6M12 16.5v.5',
  waiting: 'M12 2a10 10 0 1 0 10 10',
  review: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20M12 6.5V12l3.5 2.5',
};

/** Returns the icon of a heading, which says the same in words: it is not read out. */
export function icon(mood: Mood): Markup {
  return html`<svg class="icon ${mood}" viewBox="0 0 24 24" aria-hidden="true"><path d="${STROKES[mood]}"/></svg>\n`;
}

function main(page: Page, translate: Translate): Markup {
  const { shown, refreshSeconds, onwards, follow, others = [] } = page;
  const poll = refreshSeconds === undefined ? undefined : html` data-poll="${refreshSeconds}"`;
  const seen = follow?.seen ?? (shown && `${shown.status} ${shown.waitingOn}`);
  const state =
    seen === undefined ? undefined : html` data-seen="${seen}"${follow && html` data-follow="${follow.to}"`}`;
  const next = onwards === undefined ? undefined : html` data-onwards="${onwards.to}" data-moment="${onwards.seconds}"`;
  return html`<main${poll}${state}${next}>
${page.mood && icon(page.mood)}<h1 id="title">${translate(page.title)}</h1>
<p id="sentence" role="status" aria-labelledby="title">${translate(page.sentence)}</p>
${page.blocks?.map((part) => block(part, translate))}
<div class="actions">${action(page.action, translate, 'action')}
${others.length === 0 ? undefined : html`<div class="others">${others.map((other) => action(other, translate))}</div>\n`}</div>
</main>
`;
}

/** The operator's links, without one that is already the page's action. */
export function footer(
  page: Pick<Page, 'action'> | undefined,
  { brand }: Frame,
  translate: Translate,
): Markup | undefined {
  const { support, privacyUrl } = brand;
  const isAction = page?.action.kind === 'link' && page.action.href === support;
  const items = [
    ...(support === undefined || isAction ? [] : [anchor(support, translate(toText('footer.support')))]),
    ...(privacyUrl === undefined ? [] : [anchor(privacyUrl, translate(toText('footer.privacy')))]),
  ];
  if (items.length === 0) return undefined;
  return html`<footer><ul>${items.map((item) => html`<li>${item}</li>`)}</ul></footer>\n`;
}

/** A document without the parts that all have. */
export interface Content {
  /** Of the window. */
  readonly title: string;
  /** More of the head: scripts, a refresh. */
  readonly head?: Markup | undefined;
  readonly main: Markup;
  readonly footer?: Markup | undefined;
}

/** Returns a whole HTML document, with the brand and the style of all pages. */
export function frameDocument({ title, head, main, footer }: Content, frame: Frame, language: string): string {
  const { assets } = frame;
  return html`<!doctype html>
<html lang="${language}" dir="${RIGHT_TO_LEFT.test(language) ? 'rtl' : 'ltr'}">
<head>
<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${assetUrl(assets.style)}"><link rel="icon" href="${assetUrl(assets.icon)}">
${head}</head>
<body>
${header(frame)}${main}${footer}</body>
</html>
`.toString();
}

/** Returns the whole HTML document of a page. */
export function document(page: Page, frame: Frame, language: string, translate: Translate): string {
  const content = {
    title: windowTitle(page, frame, translate),
    head: automation(page, frame.assets),
    main: main(page, translate),
    footer: footer(page, frame, translate),
  };
  return frameDocument(content, frame, language);
}

/** Answers with a page, in the language of the request. */
export type RenderPage = (reply: FastifyReply, code: number, page: Page) => FastifyReply;

/** The appearance of the pages: brand, assets and texts. */
export interface Theme extends Frame {
  readonly texts: Texts;
  /** The language that the person behind a request prefers, a tag; undefined: not known. */
  readonly localeOf?: (request: FastifyRequest) => string | null | undefined;
}

/** Returns the language of the answer to a request, a tag. */
export function languageOf({ texts, localeOf }: Theme, request: FastifyRequest): string {
  return texts.choose({ locale: localeOf?.(request), acceptLanguage: request.headers['accept-language'] });
}

/** Returns the function that answers with a page. No page is cached: it is about one person and one moment. */
export function createRenderer(theme: Theme): RenderPage {
  return (reply, code, page) => {
    const language = languageOf(theme, reply.request);
    const body = document(page, theme, language, (text) => theme.texts.translate(language, text));
    return sendDocument(reply.code(code), body, language);
  };
}

/** Answers with a document that nobody may cache. */
export function sendDocument(reply: FastifyReply, body: string, language: string): FastifyReply {
  return reply
    .type('text/html; charset=utf-8')
    .headers({ 'cache-control': 'no-store', 'content-language': language })
    .send(body);
}
