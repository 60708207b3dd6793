import { Cookie, CookieJar } from 'tough-cookie';
import { firstForm, formOfButton } from './forms.ts';
import { type Answer, type Message, send } from './loopback.ts';

type Fields = Record<string, string>;

interface Visit {
  readonly headers?: Record<string, string>;
  /** Follow redirects, at most ten. By default the first answer is returned as it is. */
  readonly follow?: boolean;
}

/** A browser, as far as HTTP goes: it keeps cookies by their domain rules, follows redirects and sends forms. */
export interface Browser {
  get(url: string, visit?: Visit): Promise<Answer>;
  post(url: string, body: { form: Fields } | { json: unknown }, visit?: Visit): Promise<Answer>;
  /** Follows an answer that is a redirect, and all further redirects. */
  follow(answer: Answer): Promise<Answer>;
  /** Sends the first form of a page, with its hidden fields and the given fields. */
  submit(page: Answer, fields?: Fields, visit?: Visit): Promise<Answer>;
  /** Presses the button of a page with this text, as `submit` sends a form. Throws where there is none. */
  press(page: Answer, text: string, fields?: Fields, visit?: Visit): Promise<Answer>;
  /** The value of the `Cookie` header for this URL; empty without cookies. */
  cookies(url: string): Promise<string>;
  forgetCookies(): Promise<void>;
}

const MAX_REDIRECTS = 10;

/** A browser without windows: a cookie jar and an HTTP client that resolves `*.localhost` to this machine. */
export function createBrowser(defaults: { headers?: Record<string, string> } = {}): Browser {
  const jar = new CookieJar();

  /** A cookie of another domain is dropped, and so is one for `localhost`, which browsers treat as a top-level domain. */
  async function storeCookie(line: string, url: string): Promise<void> {
    if (Cookie.parse(line)?.domain !== 'localhost') await jar.setCookie(line, url, { ignoreError: true });
  }

  async function exchange(message: Message): Promise<Answer> {
    const cookie = await jar.getCookieString(message.url);
    const headers = { accept: 'text/html', ...defaults.headers, ...(cookie ? { cookie } : {}), ...message.headers };
    const answer = await send({ ...message, headers });
    for (const line of answer.headers['set-cookie'] ?? []) await storeCookie(line, message.url);
    return answer;
  }

  async function follow(first: Answer, message: Message = { method: 'GET', url: first.url }): Promise<Answer> {
    let answer = first;
    let last = message;
    for (let hops = 0; isRedirect(answer); hops += 1) {
      if (hops === MAX_REDIRECTS)
        throw new Error(`more than ${MAX_REDIRECTS} redirects, the last to ${answer.location}`);
      last = redirected(last, answer);
      answer = await exchange(last);
    }
    return answer;
  }

  async function go(message: Message, visit: Visit): Promise<Answer> {
    const whole = { ...message, headers: { ...message.headers, ...visit.headers } };
    const answer = await exchange(whole);
    return visit.follow ? follow(answer, whole) : answer;
  }

  const browser: Browser = {
    get: (url, visit = {}) => go({ method: 'GET', url }, visit),
    post: (url, body, visit = {}) => go({ method: 'POST', url, ...encode(body) }, visit),
    follow: (answer) => follow(answer),
    submit(page, fields = {}, visit = {}) {
      const form = firstForm(page.text, page.url);
      return browser.post(form.action, { form: { ...form.fields, ...fields } }, visit);
    },
    press(page, text, fields = {}, visit = {}) {
      const form = formOfButton(page.text, page.url, text);
      return browser.post(form.action, { form: { ...form.fields, ...fields } }, visit);
    },
    cookies: (url) => jar.getCookieString(url),
    forgetCookies: () => jar.removeAllCookies(),
  };
  return browser;
}

function encode(body: { form: Fields } | { json: unknown }): Pick<Message, 'body' | 'headers'> {
  if ('json' in body) return { body: JSON.stringify(body.json), headers: { 'content-type': 'application/json' } };
  return {
    body: new URLSearchParams(body.form).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
  };
}

function isRedirect(answer: Answer): answer is Answer & { location: string } {
  return answer.location !== undefined && [301, 302, 303, 307, 308].includes(answer.status);
}

/** RFC 9110 §15.4: 307 and 308 repeat the request, the others become a GET. */
function redirected(message: Message, answer: Answer & { location: string }): Message {
  if (answer.status === 307 || answer.status === 308) return { ...message, url: answer.location };
  return { method: 'GET', url: answer.location };
}
