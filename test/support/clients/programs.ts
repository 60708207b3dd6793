import type { LightMyRequestResponse } from 'fastify';
import type { TestService } from '../service/service.ts';

type Headers = Readonly<Record<string, string | undefined>>;

/** An application that sends JSON for its person, with a token, or as a script in a browser with its cookies. */
export interface Program {
  get(path: string, headers?: Headers): Promise<LightMyRequestResponse>;
  post(body: unknown, headers?: Headers): Promise<LightMyRequestResponse>;
}

/** An application with these credentials as headers. */
export function program({ app }: TestService, credentials: Headers): Program {
  const sent = (headers: Headers, more: Headers): Record<string, string> => {
    const all = Object.entries({ accept: 'application/json', ...credentials, ...more, ...headers });
    return Object.fromEntries(all.filter((entry): entry is [string, string] => entry[1] !== undefined));
  };
  return {
    get: (url, headers = {}) => app.inject({ url, headers: sent(headers, {}) }),
    post: (body, headers = {}) => {
      const payload = typeof body === 'string' ? body : JSON.stringify(body);
      const type = { 'content-type': 'application/json' };
      return app.inject({ method: 'POST', url: '/jumio/verify', headers: sent(headers, type), payload });
    },
  };
}

/** A native application, or another client with the session token of its person. */
export function nativeProgram(service: TestService, identityId: string): Program {
  return program(service, { 'x-session-token': service.kratos.signInApp(identityId) });
}

/** The body of an agreement to the current consent text. */
export function agreementBody({ ctx }: TestService, more: object = {}): object {
  return { consent: { text_version: ctx.consentVersion }, ...more };
}
