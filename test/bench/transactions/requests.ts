import { randomUUID } from 'node:crypto';
import { type Target, wire } from '../load.ts';
import type { Ready } from '../routes.ts';
import { AUTHORIZATION, CLIENT, PAYMENT } from './settings.ts';

/** The requests of an application, and the bare route beside which a read is measured. */
export interface PaymentTargets {
  readonly record: Target;
  /** Each request is for a payment of its own, until all are consumed. */
  readonly consume: Target;
  readonly read: Target;
  readonly bare: Target;
}

/** Returns the requests of an application to a target with payments. */
export function paymentTargets({ ports, payments, secret }: Ready): PaymentTargets {
  if (payments === undefined) throw new Error('the target has no payments');
  const head = { authorization: AUTHORIZATION, 'x-webhook-secret': secret };
  const details = { authorization_details: [PAYMENT] };
  const consumption = JSON.stringify(details);
  const cycle = (all: readonly string[]): (() => string) => {
    let next = 0;
    return () => all[next++ % all.length] ?? '';
  };
  const [approved, any] = [cycle(payments.approved), cycle(payments.consumed.concat(payments.approved))];
  return {
    record: {
      port: ports.service,
      status: 201,
      request: () => {
        const body = { sub: randomUUID(), redirect_uri: CLIENT.redirectUri, reference: 'order-4711', ...details };
        return wire(ports.service, '/transactions', head, JSON.stringify(body));
      },
    },
    consume: {
      port: ports.service,
      status: 200,
      request: () => {
        const headers = { ...head, 'idempotency-key': 'order-4711' };
        return wire(ports.service, `/transactions/${approved()}/consume`, headers, consumption);
      },
    },
    read: {
      port: ports.service,
      status: 200,
      request: () => wire(ports.service, `/transactions/${any()}`, head, '', 'GET'),
    },
    bare: {
      port: ports.bare,
      status: 200,
      request: () => wire(ports.bare, '/bare', { 'x-webhook-secret': secret }, '', 'GET'),
    },
  };
}
