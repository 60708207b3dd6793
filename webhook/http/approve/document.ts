import type { FastifyReply } from 'fastify';
import { type Text, toText } from '../../texts/messages.ts';
import { type Asset, assetUrl } from '../pages/assets.ts';
import type { Mood } from '../pages/page.ts';
import {
  anchor,
  footer,
  frameDocument,
  html,
  icon,
  joined,
  languageOf,
  type Markup,
  sendDocument,
  type Theme,
  type Translate,
} from '../pages/render.ts';

/** A page about a payment. */
export interface ApprovalDocument {
  readonly title: Text;
  readonly mood?: Mood;
  readonly sentence: Text;
  /** Everything below the sentence. */
  readonly body?: (translate: Translate, language: string) => Markup | undefined;
  /** Where a link below leads, and its text. */
  readonly link?: { readonly href: string; readonly text: Text };
  readonly scripts?: readonly Asset[];
  /** The page has nothing to do but wait: it loads itself again after so many seconds. */
  readonly reloadSeconds?: number;
}

/** Answers with a page about a payment, in the language of the request. */
export type RenderApproval = (reply: FastifyReply, code: number, page: ApprovalDocument) => FastifyReply;

function head({ scripts = [], reloadSeconds }: ApprovalDocument, theme: Theme): Markup {
  const all = [...scripts, ...(reloadSeconds === undefined ? [] : [theme.assets.script])];
  const tags = all.map((script) => html`<script src="${assetUrl(script)}" defer></script>\n`);
  const refresh =
    reloadSeconds === undefined
      ? undefined
      : html`<noscript><meta http-equiv="refresh" content="${reloadSeconds}"></noscript>\n`;
  return html`${tags}${refresh}`;
}

function linkMarkup({ link }: ApprovalDocument, translate: Translate): Markup | undefined {
  return link && html`<p class="back">${anchor(link.href, translate(link.text))}</p>\n`;
}

function main(page: ApprovalDocument, language: string, translate: Translate): Markup {
  const { title, mood, sentence, body, reloadSeconds } = page;
  const reload = reloadSeconds === undefined ? undefined : html` data-reload="${reloadSeconds}"`;
  return html`<main${reload}>
${mood && icon(mood)}<h1 id="title">${translate(title)}</h1>
<p id="sentence" role="status" aria-labelledby="title">${translate(sentence)}</p>
${body?.(translate, language)}${linkMarkup(page, translate)}</main>
`;
}

/** Returns the function that answers with a page about a payment. None is cached: it is about one person and one moment. */
export function createApprovalRenderer(theme: Theme): RenderApproval {
  return (reply, code, page) => {
    const language = languageOf(theme, reply.request);
    const translate: Translate = (text) => theme.texts.translate(language, text);
    const content = {
      title: joined([translate(page.title), translate(toText('approve.title')), theme.brand.name]),
      head: head(page, theme),
      main: main(page, language, translate),
      footer: footer(undefined, theme, translate),
    };
    return sendDocument(reply.code(code), frameDocument(content, theme, language), language);
  };
}
