import { randomUUID } from 'node:crypto';
import formbody from '@fastify/formbody';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { findPerson, type Me } from '../kratos.ts';
import { createApprovals } from './approval.ts';
import { createHintIssuer } from './hint.ts';
import { createOrders, detailsOf, type Order, type Orders, type Wanted } from './orders.ts';
import * as pages from './pages.ts';
import { confirmPhone, PHONE_NUMBER } from './phone.ts';
import { type BankOptions, createPaymentService, type PaymentService, type Problem } from './service.ts';

/** Where the bank's payments are approved, and where its surroundings are. */
export interface PaymentOptions extends BankOptions {
  readonly appUrl: string;
  readonly kratosUrl: string;
  readonly kratosAdminUrl: string;
  readonly twilioUrl: string;
  /** Whether people can have passkeys. */
  readonly hasPasskeys: boolean;
}

const text = z.string().catch('');

const wanted = z.object({ payee: text, iban: text, amount: text, currency: text });

const ordered = z.object({ order: text, tamper: z.string().optional() });

const returned = z.object({ transaction: text });

/** The visitor who asks. Undefined: the request has its answer already. */
type Authenticated = (request: FastifyRequest, reply: FastifyReply) => Promise<Me | undefined>;

/** The amount with a nine in front of it, as an attacker in the bank's own systems would have it. */
function tampered({ amount }: Order): string {
  return `9${amount}`;
}

/** The order that somebody came back with. Of a hint the number of the record is learnt here, and is the service's word. */
async function orderOf(
  orders: Orders,
  service: PaymentService,
  { id: payer }: Me,
  transaction: string,
): Promise<Order | undefined> {
  const known = orders.ofTransaction(payer, transaction);
  if (known !== undefined) return known;
  for (const order of orders.hinted(payer)) {
    const found = await service.ofHint(order.hintJti ?? '');
    if (found.ok) order.transaction = found.value.id;
  }
  return orders.ofTransaction(payer, transaction);
}

/** The pages on which the bank sends money, approved by whoever pays it. */
export async function paymentPages(app: FastifyInstance, { options }: { options: PaymentOptions }): Promise<void> {
  const { verifyUrl, kratosUrl, kratosAdminUrl, appUrl } = options;
  const [orders, service, judge] = [createOrders(), createPaymentService(options), createApprovals(options)];
  const issuer = await createHintIssuer(appUrl, options);
  await app.register(formbody);
  issuer.routes(app);

  const send = (reply: FastifyReply, page: string, status = 200) => reply.code(status).type('text/html').send(page);

  const customer: Authenticated = async (request, reply) => {
    const me = await findPerson(request, kratosUrl);
    if (me !== undefined && me.jumio?.status === 'approved') return me;
    const verify = `${verifyUrl}/jumio/verify?return_to=${encodeURIComponent(`${appUrl}/send`)}`;
    send(reply, me === undefined ? pages.strangerPage() : pages.unverifiedPage(me, verify));
    return undefined;
  };

  const form = (reply: FastifyReply, me: Me, order?: Wanted, problem?: Problem) =>
    send(reply, pages.sendPage(me, { ...options, phone: me.phones[0] }, order, problem), problem?.status);

  /** Records a try of an order, and sends the payer to the page of the service. */
  const record = async (reply: FastifyReply, me: Me, order: Order) => {
    const payment = { payer: order.payer, reference: order.id, details: detailsOf(order) };
    const answer = await service.record(`${order.id}.${order.tries}`, payment);
    if (!answer.ok) return form(reply, me, order, answer.problem);
    order.transaction = answer.value.id;
    return reply.redirect(answer.value.url, 303);
  };

  app.get('/send', async (request, reply) => {
    const me = await customer(request, reply);
    return me === undefined ? reply : form(reply, me);
  });

  app.post('/send/phone', async (request, reply) => {
    const me = await customer(request, reply);
    if (me === undefined) return reply;
    const phone = z.object({ phone: text }).parse(request.body).phone.replaceAll(' ', '');
    const isTaken = PHONE_NUMBER.test(phone) && (await confirmPhone(kratosAdminUrl, me.id, phone));
    return isTaken ? reply.redirect('/send', 303) : send(reply, pages.phonePage(me, phone), 400);
  });

  app.post('/send', async (request, reply) => {
    const me = await customer(request, reply);
    if (me === undefined) return reply;
    return record(reply, me, orders.add(me.id, wanted.parse(request.body)));
  });

  app.post('/send/link', async (request, reply) => {
    const me = await customer(request, reply);
    if (me === undefined) return reply;
    return reply.redirect(await issuer.linkTo(orders.add(me.id, wanted.parse(request.body), randomUUID())), 303);
  });

  app.get('/send/return', async (request, reply) => {
    const me = await customer(request, reply);
    if (me === undefined) return reply;
    const { transaction } = returned.parse(request.query);
    const order = await orderOf(orders, service, me, transaction);
    const read = order && (await service.read(transaction));
    if (order === undefined || !read?.ok) return send(reply, pages.unknownPage(me), 404);
    if (order.paid !== undefined) return reply.redirect(`/send/receipt?order=${order.id}`, 303);
    const { status } = read.value;
    if (status === 'approved') return send(reply, pages.approvedPage(me, order, tampered(order)));
    return send(reply, pages.notApprovedPage(me, order, status, `${verifyUrl}/approve/${transaction}`));
  });

  app.post('/send/again', async (request, reply) => {
    const me = await customer(request, reply);
    if (me === undefined) return reply;
    const order = orders.find(me.id, ordered.parse(request.body).order);
    if (order === undefined) return send(reply, pages.unknownPage(me), 404);
    order.tries += 1;
    return record(reply, me, order);
  });

  app.post('/send/pay', async (request, reply) => {
    const me = await customer(request, reply);
    if (me === undefined) return reply;
    const { order: id, tamper } = ordered.parse(request.body);
    const order = orders.find(me.id, id);
    if (order?.transaction === undefined) return send(reply, pages.unknownPage(me), 404);
    const paid = tamper === undefined ? order : { ...order, amount: tampered(order) };
    const answer = await service.consume(order.transaction, order.id, detailsOf(paid));
    if (!answer.ok) return send(reply, pages.refusedPage(me, order, answer.problem), answer.problem.status);
    const judged = await judge(answer.value.approval, order, me);
    if (judged.kind === 'refused') return send(reply, pages.unfitPage(me, order, judged.why), 403);
    // Here a real bank pays, with order.id as the key that makes it happen once.
    order.paid ??= judged.paid;
    return reply.redirect(`/send/receipt?order=${order.id}`, 303);
  });

  app.get('/send/receipt', async (request, reply) => {
    const me = await customer(request, reply);
    if (me === undefined) return reply;
    const order = orders.find(me.id, ordered.parse(request.query).order);
    const { paid } = order ?? {};
    if (order === undefined || paid === undefined) return send(reply, pages.unknownPage(me), 404);
    return send(reply, pages.receiptPage(me, { ...order, paid }));
  });
}
