import { randomUUID } from 'node:crypto';
import type { JWTPayload } from 'jose';

/** What a person wants to pay, as they typed it. */
export interface Wanted {
  readonly payee: string;
  readonly iban: string;
  readonly amount: string;
  readonly currency: string;
}

/** What the bank keeps of a payment that it has made. */
export interface Paid {
  /** The approval as it came: the evidence in a dispute. */
  readonly approval: string;
  readonly header: object;
  readonly payload: JWTPayload;
  /** What was checked before the payment, one sentence each. */
  readonly checks: readonly string[];
}

/** A payment in the bank's own books: what is paid comes from here, never from a browser. */
export interface Order extends Wanted {
  readonly id: string;
  /** The identity in Kratos of whoever pays. */
  readonly payer: string;
  /** A new try after a decline or an expiry is a new record at the service. */
  tries: number;
  /** Its hint's, where the payer was sent with one. */
  readonly hintJti?: string;
  /** Its record at the service; of a hint it is learnt on the way back. */
  transaction?: string;
  paid?: Paid;
}

/** A payment as the service takes it (docs/payments.md#the-record). */
export function detailsOf({ payee, iban, amount, currency }: Wanted): [object] {
  return [
    {
      type: 'payment_initiation',
      instructedAmount: { currency, amount },
      creditorName: payee,
      creditorAccount: { iban },
    },
  ];
}

/** The bank's books. A real bank has a database, and writes before it calls. */
export interface Orders {
  /** @param hintJti where the payer is sent with a signed hint */
  add(payer: string, wanted: Wanted, hintJti?: string): Order;
  /** Returns the order of a payer with this id; undefined: there is none, or it is another payer's. */
  find(payer: string, id: string): Order | undefined;
  /** The order of a payer with this record. */
  ofTransaction(payer: string, transaction: string): Order | undefined;
  /** The orders of a payer by a hint, of which no record is known yet. */
  hinted(payer: string): readonly Order[];
}

/** Empty books, in memory. */
export function createOrders(): Orders {
  const orders = new Map<string, Order>();
  const of = (payer: string) => [...orders.values()].filter((order) => order.payer === payer);
  return {
    add: (payer, wanted, hintJti) => {
      const { payee, iban, amount, currency } = wanted;
      const common = { id: randomUUID(), payer, payee, iban, amount, currency, tries: 1 };
      const order: Order = hintJti === undefined ? common : { ...common, hintJti };
      orders.set(order.id, order);
      return order;
    },
    find: (payer, id) => of(payer).find((order) => order.id === id),
    ofTransaction: (payer, transaction) => of(payer).find((order) => order.transaction === transaction),
    hinted: (payer) => of(payer).filter((order) => order.hintJti !== undefined && order.transaction === undefined),
  };
}
