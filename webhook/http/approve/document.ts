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
  /** The page waits, and shows this: it looks after so many seconds whether it would show something else, and then loads itself again. */
  readonly following?: { readonly seconds: number; readonly seen: string };
  /** The page is over: after so many seconds it leads there. */
  readonly onwards?: { readonly to: string; readonly seconds: number };
}

/** Answers with a page about a payment, in the language of the request. */
export type RenderApproval = (reply: FastifyReply, code: number, page: ApprovalDocument) => FastifyReply;

/** What a browser without scripts does by itself. */
function refreshOf({ following, onwards }: ApprovalDocument): string | undefined {
  if (onwards !== undefined) return `${onwards.seconds}; url=${onwards.to}`;
  return following === undefined ? undefined : String(following.seconds);
}

function head(page: ApprovalDocument, theme: Theme): Markup {
  const refresh = refreshOf(page);
  const all = [...(page.scripts ?? []), ...(refresh === undefined ? [] : [theme.assets.script])];
  const tags = all.map((script) => html`<script src="${assetUrl(script)}" defer></script>\n`);
  return html`${tags}${refresh && html`<noscript><meta http-equiv="refresh" content="${refresh}"></noscript>\n`}`;
}

function linkMarkup({ link }: ApprovalDocument, translate: Translate): Markup | undefined {
  return link && html`<p class="back">${anchor(link.href, translate(link.text))}</p>\n`;
}

function main(page: ApprovalDocument, language: string, translate: Translate): Markup {
  const { title, mood, sentence, body, following, onwards } = page;
  const follow = following && html` data-reload="${following.seconds}" data-seen="${following.seen}"`;
  const lead = onwards && html` data-onwards="${onwards.to}" data-moment="${onwards.seconds}"`;
  return html`<main${follow}${lead}>
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
