import { readFileSync } from 'node:fs';
import { buildApp, type Routes } from './app.ts';
import type { Config } from './config/config.ts';
import type { Dependencies } from './dependencies.ts';

/** One address that the service listens on, and what it serves there. */
interface Listener {
  readonly routes: Routes;
  readonly port: number;
  readonly host: string;
}

/** Returns the listeners of a configuration: one for everything or, with `HOOKS_PORT`, one for hooks and one for the public. */
function listenersOf({ PORT, HOST = '::', HOOKS_PORT, HOOKS_HOST = HOST }: Config): readonly Listener[] {
  if (HOOKS_PORT === undefined) return [{ routes: 'all', port: PORT, host: HOST }];
  return [
    { routes: 'hooks', port: HOOKS_PORT, host: HOOKS_HOST },
    { routes: 'public', port: PORT, host: HOST },
  ];
}

/**
 * Connections that the kernel keeps until they are accepted; it takes at most `net.core.somaxconn`. Node asks for 511: in a
 * rush of sign-ups the others would try again after a second.
 */
const BACKLOG = 8_192;

/** The open files that this process may have, sockets among them; undefined: not known, as outside Linux. */
function descriptorLimit(): number | undefined {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'utf8'))?.[1];
    return soft === undefined ? undefined : Number(soft);
  } catch {
    return undefined;
  }
}

/**
 * Returns how many connections a listener accepts; undefined: any number. Strangers can open as many as they like, and the
 * ledger, the calls to Kratos and Jumio, and the hooks need descriptors too. Hooks come from Kratos, which strangers
 * cannot reach by a port of its own, so that listener has no limit.
 * @param descriptors the open files that the process may have; undefined: not known
 */
export function mostConnections(routes: Routes, descriptors: number | undefined): number | undefined {
  if (routes === 'hooks' || descriptors === undefined) return undefined;
  // One listener serves Kratos too, and so has the larger part.
  return Math.floor(descriptors * (routes === 'all' ? 0.75 : 0.5));
}

/** The listeners of the service. */
export interface Listeners {
  /** Accepts connections on every listener. Rejects if one cannot be opened. */
  readonly open: () => Promise<void>;
  /** Accepts no more connections on any of them, and resolves when the running requests are answered. */
  readonly close: () => Promise<void>;
}

/** Returns the application on every listener of the configuration, built from the same dependencies. Opens no socket yet. */
export async function buildListeners(dependencies: Dependencies): Promise<Listeners> {
  const descriptors = descriptorLimit();
  const built = await Promise.all(
    listenersOf(dependencies.config).map(async ({ routes, ...address }) => {
      const app = await buildApp(dependencies, routes);
      const most = mostConnections(routes, descriptors);
      if (most !== undefined) app.server.maxConnections = most;
      return { app, address };
    }),
  );
  return {
    open: async () => {
      await Promise.all(built.map(({ app, address }) => app.listen({ ...address, backlog: BACKLOG })));
    },
    close: async () => {
      await Promise.all(built.map(({ app }) => app.close()));
    },
  };
}
