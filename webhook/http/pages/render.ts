import type { FastifyReply, FastifyRequest } from 'fastify';
import { html as escaping } from 'ghtml';
import { say, type Text } from '../../texts/messages.ts';
import type { Texts } from '../../texts/texts.ts';
import { type Assets, addressOf, type Brand } from './assets.ts';
import type { Action, Page, PageBlock } from './page.ts';

/** Says a text in the language of the page. */
export type Translate = (text: Text) => string;

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
export function action(what: Action, tell: Translate, id?: 'action'): Markup {
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

export function block(what: PageBlock, tell: Translate): Markup {
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

/** A piece of HTML. Only the tag below makes one, so text of anybody else never is one. */
class Markup {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  toString(): string {
    return this.#text;
  }
}

/** What may stand in a template: markup as it is, everything else as escaped text; undefined is nothing. */
type Part = Markup | string | number | undefined | readonly Part[];

function written(part: Part): string {
  if (part instanceof Markup) return part.toString();
  if (typeof part === 'object') return part.map(written).join('');
  return escaping`${part}`;
}

/** Escapes by construction: there is no way to write a text into a page as markup. */
export function html(literals: TemplateStringsArray, ...parts: Part[]): Markup {
  return new Markup(String.raw({ raw: literals }, ...parts.map(written)));
}

export type { Markup };

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

function main(page: Page, title: string, tell: Translate): Markup {
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
function footer(page: Page, { brand }: Frame, tell: Translate): Markup | undefined {
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
export function document(page: Page, frame: Frame, language: string, tell: Translate): string {
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

/** Answers with a page, in the language of whoever asked. */
export type RenderPage = (reply: FastifyReply, code: number, page: Page) => FastifyReply;

export interface Theme extends Frame {
  readonly texts: Texts;
  /** The language that the person behind a request chose for themselves, where that is known. */
  readonly localeOf?: (request: FastifyRequest) => string | null | undefined;
}

/** The tag of the language that whoever asks reads. */
export function languageOf({ texts, localeOf }: Theme, request: FastifyRequest): string {
  return texts.choose({ locale: localeOf?.(request), acceptLanguage: request.headers['accept-language'] });
}

/** What a page shows is one person's and of this moment, so nothing keeps it. */
export function createRenderer(look: Theme): RenderPage {
  return (reply, code, page) => {
    const language = languageOf(look, reply.request);
    const body = document(page, look, language, (text) => look.texts.translate(language, text));
    return reply
      .code(code)
      .type('text/html; charset=utf-8')
      .headers({ 'cache-control': 'no-store', 'content-language': language })
      .send(body);
  };
}
