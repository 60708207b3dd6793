import { onTestFinished } from 'vitest';
import { z } from 'zod';
import { type JumioSandbox, startJumioSandbox } from '../../../sandbox/jumio/start.ts';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { type JumioControl, type JumioExecution, jumioControl } from '../../../sandbox/scenarios/jumio-control.ts';
import { initiate } from '../clients/calls.ts';
import { eventually, untilStatus } from '../service/eventually.ts';
import { WITH_TRANSACTIONS } from './bank.ts';
import { type PayerWorld, payerWorld } from './payer.ts';

/** The payments of these tests: a face first, then a code. */
const SETTINGS = `${WITH_TRANSACTIONS.TRANSACTIONS.replaceAll('[sms]', '[face, sms]')}face: { workflow_key: "10014" }\n`;

/** A payer in a browser, and a Jumio to which the page leads and that calls the service back. */
export interface PayerAtJumio extends PayerWorld {
  readonly control: JumioControl;
  /** The comparisons of the payer's face, oldest first. */
  readonly comparisons: () => Promise<JumioExecution[]>;
  /** Presses the button, and waits until the page leads on to Jumio. Returns the link. */
  readonly toJumio: (path: string) => Promise<string>;
  /** Does at Jumio what a person does there, with an outcome; returns where Jumio leads back to, as a path. */
  readonly finish: (link: string, fields: Readonly<Record<string, string>>) => Promise<string>;
  /** Moves the clocks of the service and of Jumio. */
  readonly passBoth: (milliseconds: number) => Promise<void>;
}

const shown = z.object({ definitionKey: z.union([z.string(), z.number()]).transform(String) });

async function sandboxFor(): Promise<JumioSandbox> {
  const sandbox = await startJumioSandbox();
  onTestFinished(() => sandbox.stop());
  return sandbox;
}

/** Signs the payer up, and has Jumio approve them. */
async function approve({ payer, ...service }: PayerWorld, control: JumioControl): Promise<void> {
  await initiate(service, { kratos_identity_id: payer });
  const [execution] = await eventually(async () => {
    const found = await control.executionsOf(payer);
    if (found.length === 0) throw new Error('there is no execution');
    return found;
  });
  await control.post(`executions/${execution?.id}/outcome`, { outcome: 'pass' });
  await untilStatus(service, payer, 'approved');
}

/**
 * Builds such a world for one test: the service listens, so that Jumio's callbacks arrive.
 * @param isApproved whether Jumio has a face of the payer
 */
export async function payerAtJumio({ isApproved = true } = {}): Promise<PayerAtJumio> {
  const { url } = await sandboxFor();
  const port = await freePort();
  const jumio = {
    JUMIO_AUTH_URL: `${url}/oauth2/token`,
    JUMIO_API_BASE_URL: url,
    JUMIO_CLIENT_ID: 'sandbox',
    JUMIO_CLIENT_SECRET: 'sandbox-secret',
  };
  const world = await payerWorld({
    env: { TRANSACTIONS: SETTINGS, PUBLIC_URL: `http://127.0.0.1:${port}`, ...jumio },
    ctx: (faked, real) => ({ ...faked, jumio: real.jumio }),
  });
  await world.app.listen({ port, host: '127.0.0.1' });
  const control = jumioControl(url);
  if (isApproved) await approve(world, control);
  const comparisons: PayerAtJumio['comparisons'] = async () => {
    const all = await control.executionsOf(world.payer);
    const keys = await Promise.all(all.map(async ({ id }) => (await fetch(`${url}/sandbox/executions/${id}`)).json()));
    return all.filter((_one, index) => shown.parse(keys[index]).definitionKey === '10014');
  };
  return {
    ...world,
    control,
    comparisons,
    toJumio: async (path) => {
      const { location = '' } = await world.press(path, 'face');
      if (location.startsWith(url)) return location;
      return eventually(async () => {
        const { action } = await world.browser.get(path);
        if (!action?.href?.startsWith(url)) throw new Error('the page leads to no Jumio');
        return action.href;
      });
    },
    finish: async (link, fields) => {
      await fetch(link);
      // Faster than this nobody is there, and a read follows the one before after five seconds.
      world.clock.advance(6_000);
      const { origin, pathname, searchParams } = new URL(link);
      const authorizationToken = searchParams.get('authorizationToken') ?? '';
      const body = new URLSearchParams({ authorizationToken, ...fields });
      const answer = await fetch(origin + pathname, { method: 'POST', body, redirect: 'manual' });
      const back = new URL(answer.headers.get('location') ?? '');
      return back.pathname + back.search;
    },
    passBoth: async (milliseconds) => {
      await control.advance(milliseconds / 1_000);
      world.clock.advance(milliseconds);
      world.worker.wake();
    },
  };
}
