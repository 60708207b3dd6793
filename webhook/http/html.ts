import type { FastifyReply } from 'fastify';

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
]);

/** Makes text safe between tags and in quoted attributes. */
function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES.get(character) ?? character);
}

/** Of every page. */
export const TITLE = 'Identity verification';

export interface Page {
  readonly title: string;
  readonly sentence: string;
  /** Markup; whoever makes it escapes what goes in. */
  readonly action: string;
  /** The page looks again by itself after so many seconds. */
  readonly refreshSeconds?: number;
}

function render({ title, sentence, action, refreshSeconds }: Page): string {
  const refresh = refreshSeconds === undefined ? '' : `<meta http-equiv="refresh" content="${refreshSeconds}">`;
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">${refresh}
<title>${escapeHtml(title)}</title></head>
<body><main><h1>${escapeHtml(title)}</h1><p id="sentence">${escapeHtml(sentence)}</p>${action}</main></body></html>
`;
}

/** Answers with a page; what it shows is one person's and of this moment, so nothing keeps it. */
export function sendPage(reply: FastifyReply, code: number, page: Page): FastifyReply {
  return reply.code(code).type('text/html; charset=utf-8').header('cache-control', 'no-store').send(render(page));
}

export function link(href: string, text: string): string {
  return `<p><a id="action" href="${escapeHtml(href)}">${escapeHtml(text)}</a></p>`;
}

/** The one button. `fields` travel as hidden inputs. */
export function button(text: string, fields: Readonly<Record<string, string>>): string {
  const inputs = Object.entries(fields).map(
    ([name, value]) => `<input type="hidden" name="${escapeHtml(name)}" value="${escapeHtml(value)}">`,
  );
  return `<form method="post" action="/jumio/verify">${inputs.join('')}<button id="action">${escapeHtml(text)}</button></form>`;
}
