import { afterAll, beforeAll, beforeEach } from 'vitest';
import type { Person } from '../../../sandbox/kratos/client/flows.ts';
import { type KratosOptions, type RunningKratos, startKratos } from '../../../sandbox/kratos/start.ts';
import { type HookServer, startHookServer } from './hook-server.ts';

export type Kind = RunningKratos['kind'];

export const SECRET = 'a-secret-of-the-contract-suite';

export const VERIFY_URL = 'http://verify.demo.localhost:3000';

export const UI_URL = 'http://app.demo.localhost:3001';

/** A running Kratos, and the hook server in place of the service. */
export interface World {
  readonly kratos: RunningKratos;
  readonly hooks: HookServer;
}

/** Starts a world before the tests of the enclosing `describe`, and stops it after them. */
export function useWorld(kind: Kind, options: Partial<KratosOptions> = {}): () => World {
  let world: World | undefined;
  beforeAll(async () => {
    const hooks = await startHookServer();
    const kratos = await startKratos({
      kind,
      serviceUrl: hooks.url,
      webhookSecret: SECRET,
      verifyUrl: VERIFY_URL,
      uiUrl: UI_URL,
      retryPauses: [10, 20],
      ...options,
    });
    world = { kratos, hooks };
  });
  beforeEach(() => world?.hooks.reset());
  afterAll(async () => {
    await world?.kratos.stop();
    await world?.hooks.stop();
  });
  return () => {
    if (world === undefined) throw new Error('the world did not start');
    return world;
  };
}

let people = 0;

export function newPerson(): Person {
  people += 1;
  return { email: `person-${people}@example.org`, password: 'correct-horse-9' };
}
