import { Signer } from '@fastify/cookie';
import Fastify, { type FastifyReply } from 'fastify';
import { z } from 'zod';
import { uiFlow } from '../../../sandbox/app/forms.ts';
import { settingsForms } from '../../../sandbox/app/settings.ts';
import { passkeyForm } from '../../../webhook/http/approve/factors/passkey.ts';
import { createDrawing } from '../../../webhook/http/approve/form.ts';
import { assetRoute, assetRoutes, assetUrl, createAssets, createScript } from '../../../webhook/http/pages/assets.ts';
import { html } from '../../../webhook/http/pages/render.ts';
import { securePages } from '../../../webhook/http/pages/security.ts';
import { createTexts } from '../../../webhook/texts/texts.ts';
import type { PasskeyOptions } from '../../../webhook/transactions/index.ts';
import { blankTransaction } from '../../support/transactions/rows.ts';

/** The pages of an application and of the service on one port, as a browser needs them for passkeys. */
export interface Pages {
  /** The application, whose `/settings` shows Kratos' form as the demo does. */
  readonly appUrl: string;
  /** The service, whose `/approve` has the form of a passkey under the policies of every page. */
  readonly verifyUrl: string;
  /** What the next `/approve` asks for. */
  ask: (options: PasskeyOptions) => void;
  /** The fields `assertion` that were posted. */
  readonly posted: unknown[];
  stop(): Promise<void>;
}

export const PRESS = 'Approve with a passkey';

export const UNUSED = 'The passkey was not used, so nothing has been approved.';

const assets = createAssets({});

const script = createScript('passkey.js');

const texts = createTexts();

const session = { id: 's', identityId: 'i', authenticatedAt: 0, methods: [], phones: [] };

const drawing = createDrawing({
  at: { session, transaction: { ...blankTransaction, id: '1' }, locale: 'en' },
  now: 0,
  back: undefined,
  csrfToken: '',
  translate: (text) => texts.translate('en', text),
});

function approvePage(options: PasskeyOptions): string {
  const form = passkeyForm(options, drawing);
  return html`<!doctype html><html lang="en"><head><title>Approve a payment</title><link rel="icon" href="${assetUrl(assets.icon)}"><script src="${assetUrl(script)}" defer></script></head><body>${form}</body></html>`.toString();
}

const sent = z.object({ assertion: z.unknown() });

/** Starts them on a port of this machine. @param readFlow Kratos' answer for a settings flow, to a browser with this cookie */
export async function startPages(
  port: number,
  readFlow: (id: string, cookie: string) => Promise<unknown>,
): Promise<Pages> {
  const app = Fastify();
  const posted: unknown[] = [];
  let asked: PasskeyOptions | undefined;
  const page = (reply: FastifyReply, text: string) => reply.type('text/html; charset=utf-8').send(text);
  app.get<{ Querystring: { flow: string } }>('/settings', async ({ query, headers }, reply) =>
    page(
      reply,
      `<!doctype html><title>Settings</title>${settingsForms(uiFlow.parse(await readFlow(query.flow, headers.cookie ?? '')))}`,
    ),
  );
  await app.register(async (scope) => {
    const signer = { secret: new Signer('a-secret-of-the-contract-suite'), refresh: async () => undefined };
    const csrfKey = Buffer.alloc(32);
    await securePages(scope, { signer, csrfKey, isHttps: false, formSchemes: ['http:'], identityOf: () => undefined });
    await scope.register(assetRoutes, { assets });
    assetRoute(scope, script);
    scope.get('/approve/1', async (_request, reply) =>
      asked === undefined ? reply.code(404).send() : page(reply, approvePage(asked)),
    );
    scope.post('/approve/1', async ({ body }, reply) => {
      posted.push(sent.parse(body).assertion);
      return page(reply, '<!doctype html><title>Posted</title>');
    });
  });
  await app.listen({ host: '127.0.0.1', port });
  return {
    appUrl: `http://app.demo.localhost:${port}`,
    verifyUrl: `http://verify.demo.localhost:${port}`,
    posted,
    ask: (options) => {
      asked = options;
    },
    stop: () => app.close(),
  };
}
