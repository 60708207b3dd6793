import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type Browser, openBrowser, type ParsedPage } from '../../support/clients/browser.ts';
import { unescapeHtml } from '../../support/clients/entities.ts';
import { kratosDown } from '../../support/fakes/kratos.ts';
import { type Authenticator, type Behaviour, createAuthenticator } from '../../support/passkey/authenticator.ts';
import { PUBLIC_URL } from '../../support/service/service.ts';
import { BANK, type Bank, bank, WITH_TRANSACTIONS } from '../../support/transactions/bank.ts';
import { tokenIn } from '../../support/transactions/payer.ts';

const TRANSACTIONS = `${WITH_TRANSACTIONS.TRANSACTIONS.replaceAll('[sms]', '[passkey]')}passkey: { rp_id: example.com }\n`;

interface World {
  readonly service: Bank;
  readonly payer: string;
  readonly browser: Browser;
  readonly phone: Authenticator;
  readonly pay: () => Promise<string>;
}

/** A payer with one old passkey and no password, at the page of a service whose factors are what it is configured with. */
async function world(): Promise<World> {
  const service = await bank({ env: { TRANSACTIONS } });
  const { kratos } = service;
  const payer = randomUUID();
  const phone = createAuthenticator();
  kratos.copies.set(payer, { status: 'approved' });
  kratos.authentications.set(payer, { methods: [] });
  kratos.payers.set(payer, { passkeys: [phone.passkey], unreadable: [], userHandle: phone.userHandle });
  const pay = async () => `/approve/${await service.record({ sub: payer })}`;
  return { service, payer, phone, pay, browser: openBrowser(service, kratos.signIn(payer)) };
}

/** What the page asks the authenticator for. */
function askedIn({ body }: ParsedPage): { readonly challenge: string; readonly rpId: string } {
  return JSON.parse(unescapeHtml(/data-passkey="([^"]*)"/.exec(body)?.[1] ?? ''));
}

/** Lets the authenticator sign what the page of one payment asks for; sends it to the page of the same or another one. */
async function sign({ browser, phone }: World, path: string, behaviour: Behaviour = {}, to = path) {
  const asked = { ...askedIn(await browser.get(path)), origin: PUBLIC_URL };
  const assertion = JSON.stringify(phone.get(asked, behaviour));
  return browser.post({ _csrf: tokenIn(await browser.get(to)), act: 'passkey', assertion }, to);
}

const attemptsOf = ({ service }: World, path: string) =>
  service.ctx.ledger.transactions.attemptsOf(path.slice('/approve/'.length));

describe('approving with a passkey at the page', () => {
  it('one press approves, without a password, and the payer goes back', async () => {
    const of = await world();
    const path = await of.pay();
    const page = await of.browser.get(path);
    expect(page.body).toMatch(/<form method="post" action="[^"]*" data-passkey="[^"]*" hidden="">/);
    expect(unescapeHtml(page.body)).toMatch(/<script src="\/jumio\/passkey\.js\?v=\w+" defer>/);
    expect((await of.service.app.inject('/jumio/passkey.js')).statusCode).toBe(200);
    expect(await attemptsOf(of, path)).toEqual([]);
    const id = path.slice('/approve/'.length);
    expect(await sign(of, path)).toMatchObject({ status: 303, location: `${BANK.redirectUri}?transaction=${id}` });
    const { approval } = (await of.service.consume(id, 'key')).json();
    const claims = JSON.parse(Buffer.from(approval.split('.')[1], 'base64url').toString());
    expect(claims).toMatchObject({ sub: of.payer, amr: ['pop', 'hwk', 'mfa'] });
    expect((await attemptsOf(of, path)).map(({ state, evidence }) => [state, evidence !== null])).toEqual([
      ['passed', true],
    ]);
  });

  it('what was signed for one payment approves no other, and is a failure', async () => {
    const of = await world();
    const [one, other] = [await of.pay(), await of.pay()];
    expect(await sign(of, one, {}, other)).toMatchObject({ location: `${other}?notice=failed` });
    expect(await of.service.ctx.ledger.transactions.payer(of.payer)).toMatchObject({ failures: 1 });
    expect(await sign(of, other)).toMatchObject({ location: expect.stringContaining(BANK.redirectUri) });
  });

  it('five failures block the payer, each of an attempt of its own', async () => {
    const of = await world();
    const path = await of.pay();
    for (let n = 0; n < 4; n += 1)
      expect(await sign(of, path, { isUserVerified: false })).toMatchObject({ location: `${path}?notice=failed` });
    expect(await sign(of, path, { isUserVerified: false })).toMatchObject({ location: path });
    expect((await of.service.ctx.ledger.transactions.payer(of.payer))?.blockedUntil).toBeGreaterThan(0);
    expect(await attemptsOf(of, path)).toHaveLength(5);
  });

  it.each(['', 'null', '{}', '{"credentialId":"€"}'])(
    'a form with the assertion %j shows the page again, begins nothing and counts nothing',
    async (assertion) => {
      const of = await world();
      const path = await of.pay();
      const fields = { _csrf: tokenIn(await of.browser.get(path)), act: 'passkey', assertion };
      expect(await of.browser.post(fields, path)).toMatchObject({ location: `${path}?notice=again` });
      expect(await attemptsOf(of, path)).toEqual([]);
      expect(await of.service.ctx.ledger.transactions.payer(of.payer)).toBeUndefined();
    },
  );

  it('a Kratos that cannot be asked judges nothing, and nothing is counted', async () => {
    const of = await world();
    const path = await of.pay();
    const page = await of.browser.get(path);
    const assertion = JSON.stringify(of.phone.get({ ...askedIn(page), origin: PUBLIC_URL }));
    const fields = { _csrf: tokenIn(page), act: 'passkey', assertion };
    of.service.kratos.instead.payerCredentials = () => kratosDown('read');
    expect(await of.browser.post(fields, path)).toMatchObject({ location: `${path}?notice=again` });
    expect((await of.service.ctx.ledger.transactions.payer(of.payer))?.failures ?? 0).toBe(0);
    of.service.kratos.instead.payerCredentials = undefined;
    expect((await sign(of, path)).location).toContain(BANK.redirectUri);
  });
});
