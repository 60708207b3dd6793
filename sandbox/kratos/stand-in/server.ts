import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import fastify, { type FastifyInstance } from 'fastify';
import { filledActions } from '../config/actions.ts';
import { writeConfigFiles } from '../config/config-files.ts';
import { addresses, allowedReturnUrls, cookieDomain, type KratosOptions, type RunningKratos } from '../options.ts';
import { freePorts } from '../real/ports.ts';
import { adminRoutes } from './admin.ts';
import { errorBody, KratosError, unexpected } from './errors.ts';
import { flowRoutes } from './flows.ts';
import { readHookSettings } from './hook-settings.ts';
import { loginRoutes } from './login.ts';
import { recoveryRoutes } from './recovery.ts';
import { registrationRoutes } from './registration.ts';
import { sessionRoutes } from './sessions.ts';
import { addCrowd, newSite, type Site } from './site.ts';

const SECOND = 1000;

/** Kratos accepts bodies of 5 MiB, Go accepts headers of 1 MiB. */
const limits = { bodyLimit: 5 * 1024 * 1024, http: { maxHeaderSize: 1024 * 1024 } };

/** Starts the stand-in for Kratos: in memory, in this process. sandbox/kratos/README.md lists what it leaves out. */
export async function startStandIn(options: KratosOptions): Promise<RunningKratos> {
  const ports = options.ports ?? (await freePorts());
  const urls = addresses(options, ports);
  const site = newSite({
    hooks: readHookSettings(filledActions(options)),
    publicUrl: urls.publicUrl,
    uiUrl: options.uiUrl,
    cookieDomain: cookieDomain(options),
    allowedReturnUrls: allowedReturnUrls(options),
    retryPauses: options.retryPauses ?? [1 * SECOND, 2 * SECOND],
  });
  addCrowd(site.records, options.crowd ?? 0);
  const apps = [await publicApp(site), await adminApp(site)] as const;
  await apps[0].listen({ host: '127.0.0.1', port: ports.public });
  await apps[1].listen({ host: '127.0.0.1', port: ports.admin });
  const stop = async () => {
    for (const app of apps) app.server.closeAllConnections();
    await Promise.all(apps.map((app) => app.close()));
  };
  const folder = options.dataDir;
  const configFiles = folder === undefined ? [] : await writeConfigFiles(options, ports, folder, 'stand-in');
  const reconfigure = async (actions: string) => {
    const changed = { ...options, actions };
    site.hooks = readHookSettings(filledActions(changed));
    if (folder !== undefined) await writeConfigFiles(changed, ports, folder, 'stand-in');
  };
  return { kind: 'stand-in', version: 'stand-in', ...urls, configFiles, reconfigure, stop };
}

async function publicApp(site: Site): Promise<FastifyInstance> {
  const app = withKratosErrors(fastify(limits));
  await app.register(cookie);
  await app.register(formbody, { bodyLimit: limits.bodyLimit });
  flowRoutes(app, { site });
  registrationRoutes(app, { site });
  loginRoutes(app, { site });
  recoveryRoutes(app, { site });
  sessionRoutes(app, { site });
  return app;
}

async function adminApp(site: Site): Promise<FastifyInstance> {
  const app = withKratosErrors(fastify(limits));
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'string' }, (_request, body, done) => done(null, body));
  adminRoutes(app, { site });
  app.get('/admin/health/ready', () => ({ status: 'ok' }));
  return app;
}

function withKratosErrors(app: FastifyInstance): FastifyInstance {
  app.setErrorHandler((error, _request, reply) => {
    const { details } = error instanceof KratosError ? error : unexpected(String(error));
    return reply.code(details.code).send(errorBody(details));
  });
  app.setNotFoundHandler((_request, reply) => reply.code(404).type('text/plain').send('404 page not found\n'));
  return app;
}
