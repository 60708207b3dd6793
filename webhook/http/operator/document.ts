import type { FastifyReply } from 'fastify';
import { may } from '../../operators/index.ts';
import { type Asset, assetUrl } from '../pages/assets.ts';
import type { Mood } from '../pages/page.ts';
import { frameDocument, html, icon, joined, type Markup, sendDocument, type Theme } from '../pages/render.ts';
import { type OperatorRequest, operatorBehind, PATHS } from './console.ts';

/** A page of the console. Its texts are English: operators read what the commands print, too. */
export interface ConsolePage {
  readonly title: string;
  readonly mood?: Mood;
  readonly sentence?: string;
  /** What has just happened, above everything. */
  readonly notice?: Markup | undefined;
  readonly body?: Markup | undefined;
  /** The screen that the page belongs to. */
  readonly screen?: keyof typeof PATHS;
}

/** Answers with a page of the console. */
export type RenderConsole = (reply: FastifyReply, code: number, page: ConsolePage) => FastifyReply;

const SCREENS: readonly (readonly [keyof typeof PATHS, string])[] = [
  ['queue', 'Queue'],
  ['search', 'Search'],
  ['numbers', 'Numbers'],
  ['service', 'Service'],
  ['audit', 'Audit'],
];

function navigation({ operator }: OperatorRequest, screen: ConsolePage['screen']): Markup {
  const shown = SCREENS.filter(([name]) => name !== 'audit' || may(operator, 'audit'));
  const items = shown.map(([name, text]) => {
    const current = name === screen ? html` aria-current="page"` : undefined;
    return html`<li><a href="${PATHS[name]}"${current}>${text}</a></li>`;
  });
  return html`<nav class="console" aria-label="Console"><ul>${items}</ul><p class="who">${operator.name}, ${operator.role}</p></nav>\n`;
}

const LOWERED = html`<p class="notice">This console takes a sign-in without a second factor (<code>level: aal1</code>). That is for a demo, and for nothing else.</p>\n`;

function main(page: ConsolePage, found: OperatorRequest | undefined): Markup {
  const { title, mood, sentence, notice, body } = page;
  return html`<main class="wide">
${found?.settings.level === 'aal1' ? LOWERED : undefined}${notice}${mood && icon(mood)}<h1 id="title" tabindex="-1">${title}</h1>
${sentence === undefined ? undefined : html`<p class="lead">${sentence}</p>\n`}${body}</main>
`;
}

/** Returns the function that answers with a page of the console. None is cached. */
export function createConsoleRenderer(theme: Theme, style: Asset): RenderConsole {
  return (reply, code, page) => {
    const found = operatorBehind(reply.request);
    const content = {
      title: joined([page.title, 'Console', theme.brand.name]),
      head: html`<link rel="stylesheet" href="${assetUrl(style)}">\n`,
      main: html`${found && navigation(found, page.screen)}${main(page, found)}`,
    };
    return sendDocument(reply.code(code), frameDocument(content, theme, 'en'), 'en');
  };
}

/** Returns a table that scrolls by itself where the window is narrow. @param caption says what it holds */
export function table(
  caption: string,
  head: readonly string[],
  rows: readonly (readonly (Markup | string | number)[])[],
): Markup {
  const cells = rows.map((row) => html`<tr>${row.map((cell) => html`<td>${cell}</td>`)}</tr>\n`);
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table><caption>${caption}</caption>
<thead><tr>${head.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${cells}</tbody></table></div>
`;
}

/** Returns names and values; a value that is undefined is left out. */
export function pairs(all: readonly (readonly [string, Markup | string | number | undefined])[]): Markup {
  const shown = all.flatMap(([name, value]) =>
    value === undefined ? [] : [html`<div><dt>${name}</dt><dd>${value}</dd></div>\n`],
  );
  return html`<dl class="pairs">${shown}</dl>\n`;
}
