import type { FastifyInstance, FastifyRequest, preHandlerHookHandler } from 'fastify';
import { assetRoute, createStyle } from '../pages/assets.ts';
import { securePages } from '../pages/security.ts';
import { auditRoutes } from './audit-page.ts';
import { caseRoutes } from './cases/routes.ts';
import { type ConsoleOptions, operatorBehind } from './console.ts';
import { createConsoleRenderer } from './document.ts';
import { answerWithConsolePage } from './errors.ts';
import { evidenceRoutes } from './evidence.ts';
import { numbersRoutes } from './numbers/page.ts';
import { queueRoute } from './queue-page.ts';
import { createRequireOperator } from './require-operator.ts';
import { searchRoutes } from './search.ts';
import { serviceRoute } from './service-page.ts';

/** Everything below `/operator` (docs/console.md). It is loaded only where `OPERATORS` is set; otherwise every path there is 404. */
export async function consoleRoutes(app: FastifyInstance, options: ConsoleOptions): Promise<void> {
  const { ctx, limits, signer, isHttps, theme } = options;
  const style = createStyle('/operator/style.css', 'console.css');
  const render = createConsoleRenderer(theme, style);
  app.setErrorHandler(answerWithConsolePage(render));
  assetRoute(app, style);
  await app.register(async (pages) => {
    pages.addHook('onRequest', limits.beforeSession('cookie'));
    const identityOf = (request: FastifyRequest): string | undefined => operatorBehind(request)?.operator.id;
    const security = { signer, csrfKey: ctx.ledger.subjectKey, isHttps, formSchemes: [] };
    await securePages(pages, { ...security, identityOf });
    pages.addHook('preHandler', createRequireOperator({ ...options, render }));
    const protect: preHandlerHookHandler = (request, reply, next) => pages.csrfProtection(request, reply, next);
    queueRoute(pages, { ctx, render });
    caseRoutes(pages, { ...options, render, protect });
    searchRoutes(pages, { ctx, limits, render, protect });
    numbersRoutes(pages, { ctx, render });
    serviceRoute(pages, { ...options, render });
    auditRoutes(pages, { ctx, render });
    const { evidence: level } = options;
    if (level !== 'off') evidenceRoutes(pages, { ...options, level, render, protect });
  });
}
