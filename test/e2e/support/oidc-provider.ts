import { once } from 'node:events';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';
import { createBrowser } from '../../../sandbox/kratos/client/browser.ts';
import { type Outcome, outcomeOf } from '../../../sandbox/kratos/client/flows.ts';
import { csrfTokenOf, readFlow } from '../../../sandbox/kratos/client/forms.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import type { RunningKratos } from '../../../sandbox/kratos/start.ts';
import type { Person } from '../../../sandbox/scenarios/person.ts';

const CLIENT = { client_id: 'kratos', client_secret: 'secret-of-the-oidc-client' };

const MAPPER = `local claims = std.extVar('claims'); { identity: { traits: { email: claims.email } } }`;

/** The smallest OpenID Connect provider, on loopback. */
export interface OidcProvider {
  readonly issuer: string;
  /** Kratos' configuration for it. */
  readonly methods: { readonly oidc: object };
  stop(): Promise<void>;
}

/** Starts the provider. `kratosUrl` is the public URL of Kratos, for its callback. */
export async function startOidcProvider(kratosUrl: string): Promise<OidcProvider> {
  const port = await freePort();
  const issuer = `http://127.0.0.1:${port}`;
  const provider = new Provider(issuer, {
    clients: [{ ...CLIENT, redirect_uris: [`${kratosUrl}/self-service/methods/oidc/callback/local`] }],
    cookies: { keys: ['a-key-of-the-tests'] },
    claims: { openid: ['sub'], email: ['email'] },
    conformIdTokenClaims: false, // the mapper finds the address in the ID token
    findAccount: (_context, sub) => ({ accountId: sub, claims: async () => ({ sub, email: sub }) }),
  });
  const answer = provider.callback();
  const server = createServer((request, response) => void answer(request, response)).listen(port, '127.0.0.1');
  await once(server, 'listening');
  const config = { id: 'local', provider: 'generic', issuer_url: issuer, scope: ['openid', 'email'], ...CLIENT };
  const mapper_url = `base64://${Buffer.from(MAPPER).toString('base64')}`;
  return {
    issuer,
    methods: { oidc: { enabled: true, config: { providers: [{ ...config, mapper_url }] } } },
    async stop() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Signs up or in with the provider: Kratos' form, the provider's two pages, Kratos' callback. */
export async function byOidc(
  kratos: RunningKratos,
  kind: 'registration' | 'login',
  email: string,
  browser: Person['browser'] = createBrowser(),
): Promise<Outcome> {
  const json = { accept: 'application/json' };
  const flow = readFlow(await browser.get(`${kratos.publicUrl}/self-service/${kind}/browser`, { headers: json }));
  const form = { method: 'oidc', provider: 'local', csrf_token: csrfTokenOf(flow) };
  const signIn = await browser.post(flow.ui.action, { form }, { follow: true });
  const consent = await browser.submit(signIn, { login: email, password: 'anything' }, { follow: true });
  // The provider's last page redirects to Kratos, whose answer is the result.
  let answer = await browser.submit(consent);
  while (answer.location !== undefined && !answer.url.includes('/oidc/callback/'))
    answer = await browser.get(answer.location);
  // A person with an account is signed in, also by the form for sign-up.
  const shown = answer.location?.includes('/login?') ? 'login' : kind;
  return outcomeOf(kratos, shown, answer, browser);
}
