import { type EidPair, startEidPair } from '../../../sandbox/eid/pair.ts';
import { type AdminProxy, startAdminProxy } from '../../../sandbox/kratos/proxy.ts';
import { freePorts } from '../../../sandbox/kratos/real/ports.ts';
import { type JumioControl, jumioControl } from '../../../sandbox/scenarios/jumio-control.ts';
import { type Stack, startStack } from '../../../sandbox/stack/start.ts';

/** Both eID providers, and a Kratos that has the shipped recipes of both. */
export interface EidWorld extends Pick<EidPair, 'itsme' | 'idemia' | 'stop'> {
  readonly stack: Stack;
  readonly jumio: JumioControl;
  /** Between the service and Kratos’ admin API: records every call and applies faults on demand. */
  readonly admin: AdminProxy;
  /** The service's log so far. */
  readonly log: readonly string[];
}

const POLICY = `
rules: [{ when: { status: rejected }, then: block }, { then: allow }]
evidence: { itsme: any, idemia: [loa-4] }
required_level: { person: { idemia: loa-3 } }
`;

/** Starts a stack with both eID providers. It needs a real Kratos: the stand-in has no OpenID Connect. */
export async function startEidWorld(): Promise<EidWorld> {
  const ports = await freePorts();
  const pair = await startEidPair(ports.public);
  const admin = await startAdminProxy(`http://127.0.0.1:${ports.admin}`);
  const log: string[] = [];
  const stack = await startStack({
    kratos: { kind: 'real', ports, providers: pair.recipes },
    env: {
      EID_PROVIDERS: pair.settings,
      POLICY,
      KRATOS_ADMIN_URL: admin.url,
      JUMIO_ACCOUNT_RATE: '100',
      JUMIO_ACCOUNT_BURST: '100',
    },
    onLog: (line) => log.push(line),
  });
  const stop = async (): Promise<void> => {
    await stack.stop();
    await admin.stop();
    await pair.stop();
  };
  return { stack, jumio: jumioControl(stack.jumioUrl), admin, itsme: pair.itsme, idemia: pair.idemia, log, stop };
}
