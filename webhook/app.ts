import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Dependencies } from './dependencies.ts';
import { handover } from './http/api/handover.ts';
import { type ResourcesOptions, resources } from './http/api/routes.ts';
import { createSecretCheck } from './http/authenticity.ts';
import { authorize, decision } from './http/decision.ts';
import { answerError, answerNotFound } from './http/errors.ts';
import { health } from './http/health.ts';
import { callback } from './http/hooks/callback.ts';
import { assurance, link } from './http/hooks/eid.ts';
import { initiate } from './http/hooks/initiate.ts';
import { validate } from './http/hooks/validate.ts';
import { contentNegotiation } from './http/negotiation.ts';
import { assetRoutes, type Brand, createAssets } from './http/pages/assets.ts';
import { noPages } from './http/pages/fallback.ts';
import type { Theme } from './http/pages/render.ts';
import { type PagesOptions, pages } from './http/pages/routes.ts';
import { createLimits } from './http/rate-limit.ts';
import { createReturnTo } from './http/return-to.ts';
import { createHandover } from './http/session.ts';
import { RequestLog } from './logging.ts';

function brandOf(config: Dependencies['config']): Brand {
  return {
    name: config.BRAND_NAME,
    logo: config.BRAND_LOGO,
    color: config.BRAND_COLOR,
    colorDark: config.BRAND_COLOR_DARK,
    support: config.SUPPORT_ADDRESS,
    privacyUrl: config.PRIVACY_URL,
  };
}

/** Every plugin and route of the service, by name. Opens no socket and reads no environment. */
export async function buildApp(dependencies: Dependencies): Promise<FastifyInstance> {
  const { config, ctx, worker, texts, logger, phase, unreachable } = dependencies;
  const loggerInstance: FastifyBaseLogger = logger;
  const app = Fastify({
    loggerInstance,
    logController: new RequestLog(),
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? config.TRUSTED_PROXIES : false,
    // An address that cannot be decoded never reaches a route; the framework's own answer would echo it.
    frameworkErrors: answerError,
    bodyLimit: 1024 * 1024,
    requestTimeout: 15_000,
    connectionTimeout: 20_000,
    keepAliveTimeout: 72_000,
    // What still comes on an open connection is served: the gate must never answer 5xx (docs/design.md#invariants).
    return503OnClosing: false,
  });
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(answerNotFound(app));

  const { DEFAULT_RETURN_URL: defaultReturnUrl, KRATOS_PUBLIC_URL: kratosPublicUrl } = config;
  const isSecret = createSecretCheck(config.ORY_WEBHOOK_SECRET);
  const returnTo = createReturnTo([...config.ALLOWED_RETURN_URLS, ...(defaultReturnUrl ? [defaultReturnUrl] : [])]);
  const gate = { mode: ctx.gate.mode, on_failure: ctx.gate.onFailure, policy: ctx.policy.hash };
  await app.register(health, { ledger: ctx.ledger, phase, now: () => ctx.clock.now(), unreachable, gate });
  await app.register(initiate, { ctx, worker, isSecret, returnTo });
  await app.register(callback, { ctx, worker, secrets: config.JUMIO_CALLBACK_SECRET });
  await app.register(assurance, { ctx, worker, isSecret, texts });
  await app.register(link, { ctx, worker, isSecret, texts });
  const { PUBLIC_URL: publicUrl, SUPPORT_ADDRESS: support } = config;
  await app.register(validate, { ctx, worker, isSecret, texts, publicUrl, support });
  if (config.DECISION_SECRET !== undefined)
    await app.register(decision, { ctx, isSecret: createSecretCheck(config.DECISION_SECRET) });
  if (config.HANDOVER_SECRET !== undefined && config.PUBLIC_URL !== undefined) {
    const isHandoverSecret = createSecretCheck(config.HANDOVER_SECRET);
    await app.register(handover, { ctx, isSecret: isHandoverSecret, returnTo, publicUrl: config.PUBLIC_URL });
  }
  const brand = brandOf(config);
  const look: Theme = { texts, brand, assets: createAssets(brand) };
  await app.register(assetRoutes, look);
  if (kratosPublicUrl === undefined) {
    const isHttps = config.PUBLIC_URL?.startsWith('https:') ?? false;
    await app.register(noPages, { referenceKey: ctx.ledger.referenceKey, look, isHttps, returnUrl: defaultReturnUrl });
  } else {
    await app.register(authorize, { ctx });
    const options = {
      ctx,
      worker,
      look,
      returnTo,
      defaultReturnUrl,
      publicUrl: config.PUBLIC_URL,
      kratosPublicUrl,
      plainHttp: new URL(config.JUMIO_API_BASE_URL).protocol === 'http:',
      allowedOrigins: config.ALLOWED_ORIGINS,
      dataCentre: dependencies.dataCentre,
      pageRate: config.PAGE_RATE,
      byAddress: config.TRUSTED_PROXIES.length > 0,
    };
    await app.register(people, options);
  }
  return app;
}

type Shared = 'handover' | 'limits' | 'privacyUrl';

export interface PeopleOptions extends Omit<PagesOptions, Shared>, Omit<ResourcesOptions, Shared | 'texts'> {
  /** Requests per person and minute. */
  readonly pageRate: number;
  /** Whether the addresses of clients are known. */
  readonly byAddress: boolean;
}

/** The person's side (docs/design.md#http-routes), as pages and as JSON, behind one set of limits. */
export async function people(app: FastifyInstance, options: PeopleOptions): Promise<void> {
  const limits = await createLimits(app, options.pageRate, options.byAddress);
  const handover = createHandover(options.ctx, options.publicUrl);
  const { texts, brand } = options.look;
  app.addConstraintStrategy(contentNegotiation);
  await app.register(pages, { ...options, handover, limits });
  await app.register(resources, { ...options, texts, privacyUrl: brand.privacyUrl, handover, limits });
}
