import Fastify, { type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import { APPLIED_ROUTE, appliedNow, settingsInForce } from './applied/index.ts';
import type { Dependencies } from './dependencies.ts';
import { authorizeRoute, decisionRoute } from './http/api/decision.ts';
import { handoverRoute } from './http/api/handover.ts';
import { type ResourcesOptions, resourceRoutes } from './http/api/routes.ts';
import type { ApproveOptions } from './http/approve/routes.ts';
import { createSecretCheck } from './http/authenticity.ts';
import { answerUnknownRoutes, CONNECTION_TIMES, closeUnreadBodies } from './http/connection.ts';
import { createCookieSigner } from './http/cookies.ts';
import { answerError, answerNotFound } from './http/errors.ts';
import { createHandoverCookie } from './http/handover-cookie.ts';
import { findProblems, healthRoutes } from './http/health.ts';
import { appliedRoute } from './http/hooks/applied.ts';
import { callbackRoute } from './http/hooks/callback.ts';
import { assuranceRoute, linkRoute } from './http/hooks/eid.ts';
import { initiateRoute } from './http/hooks/initiate.ts';
import { validateRoute } from './http/hooks/validate.ts';
import { contentNegotiation } from './http/negotiation.ts';
import type { ConsoleOptions } from './http/operator/console.ts';
import { assetRoutes, type Brand, createAssets } from './http/pages/assets.ts';
import { routesWithoutPages } from './http/pages/fallback.ts';
import type { Theme } from './http/pages/render.ts';
import { type PagesOptions, pageRoutes } from './http/pages/routes.ts';
import { createLimits, type LimitsOptions } from './http/rate-limit.ts';
import { createReturnTo } from './http/return-to.ts';
import { limitWhoami } from './http/whoami.ts';
import { RequestLog } from './logging.ts';
import { VERSION } from './version.ts';

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

/**
 * The routes of an application. `hooks`: those that Kratos, APIs and proxies call inside the network. `public`: those that
 * Jumio and people call, and readiness, which there says only whether, not what is wrong. `all`: both, for an installation with one listener.
 */
export type Routes = 'all' | 'hooks' | 'public';

/** Returns the application with every plugin and route, by name. Opens no socket and reads no environment. */
export async function buildApp(dependencies: Dependencies, routes: Routes = 'all'): Promise<FastifyInstance> {
  const { config, ctx, logger, phase, unreachable, logProblem, observeRequests } = dependencies;
  const loggerInstance: FastifyBaseLogger = logger;
  const app = Fastify({
    loggerInstance,
    logController: new RequestLog(observeRequests),
    trustProxy: config.TRUSTED_PROXIES.length > 0 ? config.TRUSTED_PROXIES : false,
    // A URL that cannot be decoded never reaches a route; the framework's own answer would echo it.
    frameworkErrors: answerError,
    bodyLimit: 1024 * 1024,
    ...CONNECTION_TIMES,
    // While stopping, requests on open connections are served: the gate must never answer 5xx (docs/design.md#invariants).
    return503OnClosing: false,
  });
  closeUnreadBodies(app);
  app.setErrorHandler(answerError);
  answerUnknownRoutes(app, answerNotFound(app));

  const gate = { mode: ctx.gate.mode, on_failure: ctx.gate.onFailure, policy: ctx.policy.hash };
  const now = () => ctx.clock.now();
  const isPublic = routes === 'public';
  const health = { ledger: ctx.ledger, phase, now, unreachable, logProblem, gate, version: VERSION, isPublic };
  await app.register(healthRoutes, health);
  if (routes !== 'public') await registerHooks(app, dependencies);
  if (routes !== 'hooks') await registerPublic(app, dependencies);
  return app;
}

/** The URLs, or URL prefixes, that people may be sent back to. */
function returnUrls({ ALLOWED_RETURN_URLS: allowed, DEFAULT_RETURN_URL: byDefault }: Dependencies['config']): string[] {
  return [...allowed, ...(byDefault ? [byDefault] : [])];
}

/** The schemes of Jumio's hosted page, which is http for a sandbox, and of the addresses that people return to. */
function formSchemes(config: Dependencies['config']): string[] {
  return [config.JUMIO_API_BASE_URL, ...returnUrls(config)].map((url) => new URL(url).protocol);
}

/** The routes of `HOOKS_PORT`: each has a secret that Kratos or an API knows. */
async function registerHooks(app: FastifyInstance, { config, ctx, worker, texts }: Dependencies): Promise<void> {
  const { PUBLIC_URL: publicUrl, SUPPORT_ADDRESS: support } = config;
  const isSecret = createSecretCheck(config.ORY_WEBHOOK_SECRET);
  await app.register(initiateRoute, { ctx, worker, isSecret, returnTo: createReturnTo(returnUrls(config)) });
  await app.register(assuranceRoute, { ctx, isSecret, texts });
  await app.register(linkRoute, { ctx, worker, isSecret });
  const inForce = settingsInForce(config);
  const applied = () => appliedNow(inForce, () => ctx.ledger.deliveries.ages());
  await app.register(appliedRoute, { isSecret, path: APPLIED_ROUTE, applied });
  await app.register(validateRoute, { ctx, worker, isSecret, texts, publicUrl, support });
  if (config.DECISION_SECRET !== undefined)
    await app.register(decisionRoute, { ctx, isSecret: createSecretCheck(config.DECISION_SECRET) });
}

/** The routes that the internet reaches: Jumio's callback, and those of people and their applications. */
async function registerPublic(app: FastifyInstance, dependencies: Dependencies): Promise<void> {
  const { config, ctx, worker, texts } = dependencies;
  const { PUBLIC_URL: publicUrl, KRATOS_PUBLIC_URL: kratosPublicUrl, DEFAULT_RETURN_URL: defaultReturnUrl } = config;
  const returnTo = createReturnTo(returnUrls(config));
  await app.register(callbackRoute, { ctx, worker, secrets: config.JUMIO_CALLBACK_SECRET });
  if (config.HANDOVER_SECRET !== undefined && publicUrl !== undefined)
    await app.register(handoverRoute, {
      ctx,
      isSecret: createSecretCheck(config.HANDOVER_SECRET),
      returnTo,
      publicUrl,
    });

  const payments = await registerTransactions(app, dependencies);

  const brand = brandOf(config);
  const theme: Theme = { texts, brand, assets: createAssets(brand) };
  const isHttps = publicUrl?.startsWith('https:') ?? false;
  const signer = await createCookieSigner(ctx);
  await app.register(assetRoutes, theme);
  if (kratosPublicUrl === undefined) {
    // The ledger's one key that is never rotated: a form that was open while a key changed still works.
    const { subjectKey: csrfKey } = ctx.ledger;
    await app.register(routesWithoutPages, { signer, csrfKey, theme, isHttps, returnUrl: defaultReturnUrl });
    return;
  }
  const sessions = limitWhoami(ctx.kratos, () => ctx.clock.now());
  const limits = { perMinute: config.PAGE_RATE, limitsAddresses: config.TRUSTED_PROXIES.length > 0 };
  await app.register(authorizeRoute, { ctx, sessions, ...limits });
  await app.register(personRoutes, {
    ctx,
    payments,
    console: consoleOf(dependencies),
    worker,
    signer,
    sessions,
    theme,
    returnTo,
    defaultReturnUrl,
    publicUrl,
    kratosPublicUrl,
    isHttps,
    formSchemes: formSchemes(config),
    allowedOrigins: config.ALLOWED_ORIGINS,
    dataCentre: dependencies.dataCentre,
    ...limits,
  });
}

/** What the page of payers needs of payments. */
type Payments = Pick<ApproveOptions, 'ctx' | 'parts' | 'hints'>;

/** The routes of payments for applications. They are loaded only where payments are configured (docs/payments.md). */
async function registerTransactions(
  app: FastifyInstance,
  { config, factors, hints, ctx: { ledger, kratos, clock, newId, log } }: Dependencies,
): Promise<Payments | undefined> {
  const { TRANSACTIONS: settings, PUBLIC_URL: publicUrl } = config;
  if (settings === undefined || publicUrl === undefined) return undefined;
  const { createSigningKeys } = await import('./signing/index.ts');
  const { transactionRoutes } = await import('./http/transactions/routes.ts');
  const { wellKnownRoutes } = await import('./http/transactions/well-known.ts');
  const { factorParts } = await import('./http/approve/factors/parts.ts');
  const keys = createSigningKeys(ledger.transactions);
  const passwordOf: Payments['ctx']['passwordOf'] = (id) => kratos.payerCredentials(id);
  const own = { ledger, settings, keys, publicUrl: publicUrl.replace(/\/+$/, ''), clock, newId, log };
  await app.register(transactionRoutes, { ctx: own });
  await app.register(wellKnownRoutes, { ctx: own });
  return { ctx: { ...own, passwordOf }, parts: factorParts(factors), hints };
}

/** What the console needs besides what all pages need. */
type OwnOfConsole = Pick<
  ConsoleOptions,
  'operators' | 'verifyAssertion' | 'evidence' | 'portal' | 'degraded' | 'publicUrl'
>;

function consoleOf(dependencies: Dependencies): OwnOfConsole | undefined {
  const { config, operators, verifyAssertion, ctx, unreachable, logProblem } = dependencies;
  const { PUBLIC_URL: publicUrl } = config;
  if (operators === undefined || publicUrl === undefined) return undefined;
  const now = () => ctx.clock.now();
  return {
    operators,
    publicUrl,
    verifyAssertion,
    evidence: config.EVIDENCE,
    portal: config.JUMIO_PORTAL_URL,
    degraded: () => findProblems({ ledger: ctx.ledger, now, unreachable, logProblem }),
  };
}

/** The options that `personRoutes` adds itself. */
type AddedHere = 'handover' | 'limits' | 'privacyUrl' | 'support';

interface PersonRoutesOptions
  extends Omit<PagesOptions, AddedHere>,
    Omit<ResourcesOptions, AddedHere | 'texts'>,
    LimitsOptions {
  readonly payments: Payments | undefined;
  readonly console: OwnOfConsole | undefined;
}

/** The routes for people (docs/design.md#http-routes), as pages and as JSON, behind one set of limits. */
async function personRoutes(app: FastifyInstance, options: PersonRoutesOptions): Promise<void> {
  const limits = await createLimits(app, options);
  const handover = createHandoverCookie(options.ctx, options.isHttps);
  const { texts, brand } = options.theme;
  app.addConstraintStrategy(contentNegotiation);
  await app.register(pageRoutes, { ...options, handover, limits });
  const { privacyUrl, support } = brand;
  await app.register(resourceRoutes, { ...options, texts, privacyUrl, support, handover, limits });
  const { payments, console: own, ctx: verification } = options;
  if (payments !== undefined) {
    const { approveRoutes } = await import('./http/approve/routes.ts');
    await app.register(approveRoutes, { ...options, ...payments, verification, limits });
  }
  if (own !== undefined) {
    const { consoleRoutes } = await import('./http/operator/routes.ts');
    await app.register(consoleRoutes, { ...options, ...own, limits });
  }
}
