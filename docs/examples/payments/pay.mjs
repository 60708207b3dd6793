// What the back end of an application does for one payment (docs/payments.md#the-steps).
//   node pay.mjs record <order.json>            records it and prints where to send the payer
//   node pay.mjs finish <order.json> <id> <sid>  consumes the approval, verifies it, and pays
// SERVICE is PUBLIC_URL of the service, CLIENT_ID and CLIENT_SECRET are those of `transactions client`.
import { readFileSync } from 'node:fs';
import { createRemoteJWKSet, jwtVerify } from 'jose';

const { SERVICE, CLIENT_ID, CLIENT_SECRET, ISSUER = SERVICE } = process.env;

const jwks = createRemoteJWKSet(new URL('/.well-known/jwks.json', SERVICE));

async function post(path, body, key) {
  const answer = await fetch(new URL(path, SERVICE), {
    method: 'POST',
    headers: {
      authorization: `Basic ${Buffer.from(`${CLIENT_ID}:${CLIENT_SECRET}`).toString('base64')}`,
      'content-type': 'application/json',
      'idempotency-key': key,
    },
    body: JSON.stringify(body),
  });
  const read = await answer.json();
  // `code` is the one word to branch on (docs/problems.md).
  if (!answer.ok) throw new Error(`${path} was answered ${answer.status}: ${read.code}`);
  return read;
}

// Always from your own record of the order, never from what a browser sent.
const details = (order) => [
  {
    type: 'payment_initiation',
    instructedAmount: { currency: order.currency, amount: order.amount },
    creditorName: order.payee,
    creditorAccount: { iban: order.iban },
  },
];

// 1 the person presses "Send": record it, keep the id with the order, and send the browser to `url`.
async function record(order) {
  const body = {
    sub: order.payer,
    redirect_uri: order.returnTo,
    reference: order.id,
    authorization_details: details(order),
  };
  // A new try after a decline or an expiry is a new record: another key.
  const { id, url } = await post('/transactions', body, `${order.id}.${order.tries}`);
  return { id, url };
}

// 2 the person is back at the redirect_uri: consume what is about to be paid, and verify what comes.
async function finish(order, transaction, sid) {
  const body = { authorization_details: details(order) };
  const { approval } = await post(`/transactions/${transaction}/consume`, body, order.id);
  const { payload } = await jwtVerify(approval, jwks, {
    issuer: ISSUER,
    audience: CLIENT_ID,
    typ: 'approval+jwt',
    algorithms: ['ES256'],
  });
  if (payload.sub !== order.payer || payload.sid !== sid) throw new Error('somebody else approved it');
  return pay(order, { authenticationCode: payload.jti, evidence: approval });
}

// 3 yours: the payment itself. `order.id` makes it happen once.
async function pay(order, { authenticationCode }) {
  return { paid: order.id, amount: `${order.amount} ${order.currency}`, authenticationCode };
}

const [step, file, transaction, sid] = process.argv.slice(2);
const order = JSON.parse(readFileSync(file, 'utf8'));
const result = step === 'record' ? await record(order) : await finish(order, transaction, sid);
process.stdout.write(`${JSON.stringify(result)}\n`);
