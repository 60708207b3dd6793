import Fastify, { type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { send } from '../kratos/loopback.ts';
import { flowPage, homePage, page, uiFlow } from './pages.ts';

/** The least application that a person can sign up at and sign in to: the pages that Kratos leads to. */
export interface AppOptions {
  readonly port: number;
  /** As browsers reach it. */
  readonly kratosUrl: string;
  readonly appUrl: string;
  readonly verifyUrl: string;
}

const session = z.object({
  identity: z.object({ traits: z.object({ email: z.string() }), metadata_public: z.unknown() }),
});
const metadata = z.object({ jumio: z.unknown() });
const flowId = z.object({ flow: z.string() });
const logout = z.object({ logout_url: z.string() });

const TITLES = { login: 'Sign in', registration: 'Sign up', recovery: 'Recover your account' } as const;

function ask(request: FastifyRequest, url: string) {
  const { cookie } = request.headers;
  return send({ method: 'GET', url, headers: { accept: 'application/json', ...(cookie ? { cookie } : {}) } });
}

async function whoIs(request: FastifyRequest, kratosUrl: string) {
  const answer = await ask(request, `${kratosUrl}/sessions/whoami`);
  const parsed = answer.status === 200 ? session.safeParse(answer.json()) : undefined;
  const identity = parsed?.data?.identity;
  return identity && { email: identity.traits.email, jumio: metadata.safeParse(identity.metadata_public).data?.jumio };
}

function flowPages(app: FastifyInstance, { kratosUrl }: AppOptions): void {
  for (const kind of ['login', 'registration', 'recovery'] as const)
    app.get(`/${kind}`, async (request, reply) => {
      const id = flowId.safeParse(request.query).data?.flow;
      const start = `${kratosUrl}/self-service/${kind}/browser`;
      if (id === undefined) return reply.redirect(start, 303);
      const answer = await ask(request, `${kratosUrl}/self-service/${kind}/flows?id=${encodeURIComponent(id)}`);
      if (answer.status !== 200) return reply.redirect(start, 303);
      return reply.type('text/html').send(flowPage(TITLES[kind], uiFlow.parse(answer.json())));
    });
}

function otherPages(app: FastifyInstance, { kratosUrl, appUrl, verifyUrl }: AppOptions): void {
  app.get('/', async (request, reply) => {
    const me = await whoIs(request, kratosUrl);
    const verify = `${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${appUrl}/`)}`;
    const links: Record<string, string> = me
      ? { 'Verify my identity': verify, 'Sign out': '/logout' }
      : { 'Sign up': '/registration', 'Sign in': '/login' };
    return reply.type('text/html').send(homePage(me, links));
  });
  app.get('/logout', async (request, reply) => {
    const answer = await ask(request, `${kratosUrl}/self-service/logout/browser`);
    const url = answer.status === 200 ? logout.safeParse(answer.json()).data?.logout_url : undefined;
    return reply.redirect(url ?? '/', 303);
  });
  for (const path of ['/error', '/settings'])
    app.get(path, async (_request, reply) =>
      reply.type('text/html').send(page('Something went wrong', '<p><a href="/">Back to the start</a></p>')),
    );
}

export async function startApp(options: AppOptions): Promise<{ stop(): Promise<void> }> {
  const app = Fastify();
  flowPages(app, options);
  otherPages(app, options);
  await app.listen({ port: options.port, host: '127.0.0.1' });
  return { stop: () => app.close() };
}
