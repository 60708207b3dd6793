import type { LightMyRequestResponse } from 'fastify';
import { CookieJar } from 'tough-cookie';
import type { TestService } from '../service/service.ts';
import { unescapeHtml } from './entities.ts';

/** The parsed content of a page. */
export interface ParsedPage {
  readonly status: number;
  readonly headers: LightMyRequestResponse['headers'];
  readonly body: string;
  readonly location: string | undefined;
  readonly sentence: string | undefined;
  /** The one action: a button of the form, a link, or a text. */
  readonly action: { readonly kind: string; readonly text: string; readonly href: string | undefined } | undefined;
  /** The URL of the form. */
  readonly to: string | undefined;
  /** The hidden inputs of the form. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface Browser {
  /** The Cookie header of Kratos’ own cookies; empty if signed out. */
  session: string;
  /** The Accept-Language header of the browser; undefined for none. */
  language: string | undefined;
  readonly jar: CookieJar;
  get(path: string): Promise<ParsedPage>;
  /** Submits the form as it is, or with other fields; `undefined` leaves one out. */
  post(fields: Readonly<Record<string, string | undefined>>, to?: string): Promise<ParsedPage>;
  /** Opens the page and presses its button. */
  press(path?: string): Promise<ParsedPage>;
}

function hiddenInputs(body: string): Record<string, string> {
  const inputs = body.matchAll(/<input type="hidden" name="([^"]*)" value="([^"]*)">/g);
  return Object.fromEntries([...inputs].map(([, name = '', value = '']) => [unescapeHtml(name), unescapeHtml(value)]));
}

function actionOf(body: string): ParsedPage['action'] {
  const [, tag, attributes = '', text = ''] = /<(a|button|p) id="action"([^>]*)>([^<]*)</.exec(body) ?? [];
  const href = / href="([^"]*)"/.exec(attributes)?.[1];
  const kinds = new Map([
    ['a', 'link'],
    ['button', 'button'],
    ['p', 'text'],
  ]);
  const kind = kinds.get(tag ?? '');
  return kind === undefined ? undefined : { kind, text: unescapeHtml(text), href: href && unescapeHtml(href) };
}

function parsePage(answer: LightMyRequestResponse): ParsedPage {
  const sentence = /<p id="sentence"[^>]*>([^<]*)</.exec(answer.body)?.[1];
  return {
    status: answer.statusCode,
    headers: answer.headers,
    body: answer.body,
    location: answer.headers.location,
    sentence: sentence && unescapeHtml(sentence),
    action: actionOf(answer.body),
    to: /<form method="post" action="([^"]*)"/.exec(answer.body)?.[1],
    fields: hiddenInputs(answer.body),
  };
}

/** A browser of a person at this service, under its PUBLIC_URL. */
export function openBrowser({ app, config }: TestService, session = ''): Browser {
  const jar = new CookieJar();
  const site = config.PUBLIC_URL ?? 'http://localhost';

  async function visit(method: 'GET' | 'POST', path: string, fields?: URLSearchParams): Promise<ParsedPage> {
    const url = `${site}${path}`;
    const cookie = [browser.session, await jar.getCookieString(url)].filter((part) => part !== '').join('; ');
    const type = fields === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' };
    const language = browser.language === undefined ? {} : { 'accept-language': browser.language };
    const headers = { ...(cookie === '' ? {} : { cookie }), ...type, ...language };
    const payload = fields === undefined ? {} : { payload: fields.toString() };
    const answer = await app.inject({ method, url: path, headers, ...payload });
    for (const set of [answer.headers['set-cookie'] ?? []].flat()) await jar.setCookie(set, url);
    return parsePage(answer);
  }

  const browser: Browser = {
    session,
    language: undefined,
    jar,
    get: (path) => visit('GET', path),
    post: (fields, to = '/jumio/verify') => {
      const given = Object.entries(fields).filter((entry): entry is [string, string] => entry[1] !== undefined);
      return visit('POST', to, new URLSearchParams(given));
    },
    press: async (path = '/jumio/verify') => {
      const { fields, to } = await browser.get(path);
      return browser.post(fields, to);
    },
  };
  return browser;
}
