import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { DEFAULT_SETTINGS } from '../../../sandbox/twilio/settings.ts';
import { PAYMENT, TO, useTwilio } from './driver.ts';

const twilio = useTwilio();

describe('Twilio sandbox: the control channel', () => {
  test.each([
    ['settings', { codeLenght: 6 }, 'codeLenght'],
    ['settings', { mismatch: 'maybe' }, 'mismatch'],
    ['faults', { kind: 'start', fault: 'explode' }, 'fault'],
    ['faults', { kind: 'start', fault: 60999 }, 'fault'],
    ['time', {}, 'advanceSeconds'],
  ])('the control channel refuses %s with %j and names the field', async (path, body, named) => {
    const headers = { 'content-type': 'application/json' };
    const { status, text } = await twilio.send('POST', `/control/${path}`, JSON.stringify(body), headers);
    expect([status, text]).toEqual([400, expect.stringContaining(named)]);
  });

  test('settings are shown without the secret, and calls without number, code and secret', async () => {
    await twilio.started();
    await twilio.check(await twilio.lastCode());
    const shown = JSON.stringify([await twilio.control('settings'), await twilio.control('calls')]);
    expect(shown).toContain('"fields":["To","Channel","Amount","Payee"]');
    for (const hidden of [DEFAULT_SETTINGS.apiSecret, TO, TO.slice(1), await twilio.lastCode(), PAYMENT.Payee])
      expect(shown).not.toContain(hidden);
  });

  test('a reset clears verifications, messages, calls, faults, settings and time', async () => {
    const sid = await twilio.started();
    await twilio.control('settings', { codeLength: 4 });
    await twilio.control('faults', { kind: 'start', fault: 500 });
    await twilio.advance(60);
    await twilio.control('reset', {});
    expect(await twilio.messages()).toEqual([]);
    expect(await twilio.calls()).toEqual([]);
    expect(await twilio.control('faults')).toEqual({ faults: [] });
    expect(await twilio.control('time')).toMatchObject({ aheadSeconds: 0 });
    expect(await twilio.control('settings')).toMatchObject({ codeLength: 6 });
    expect((await twilio.api(`/Verifications/${sid}`)).status).toBe(404);
  });

  test('the README of the Twilio sandbox names every setting, and no other', async () => {
    const readme = readFileSync(new URL('../../../sandbox/twilio/README.md', import.meta.url), 'utf8');
    const table = readme.split('### Settings')[1]?.split('## Assumptions')[0] ?? '';
    const named = table.split('\n').flatMap((line) => /^\| (`[^|]*)\|/.exec(line)?.[1]?.match(/\w+/g) ?? []);
    const settings = z.record(z.string(), z.unknown()).parse(await twilio.control('settings'));
    expect(named.sort()).toEqual([...Object.keys(settings), 'apiSecret'].sort());
  });
});

describe('Twilio sandbox: the drawn phones', () => {
  /** The text of the page as a reader has it: tags away, entities back. */
  async function read(path = '/'): Promise<string> {
    const { text, headers } = await twilio.send('GET', path);
    expect(headers.get('content-type')).toContain('text/html');
    // Its own, which looks for messages.
    expect(text.match(/<script/g)).toHaveLength(1);
    const bare = text.replace(/<style>[\s\S]*?<\/style>/g, '').replace(/<[^>]*>/g, '');
    return bare.replaceAll('&#39;', "'").replaceAll('&amp;', '&').replace(/\s+/g, ' ');
  }

  test('without messages the page says so', async () => {
    expect(await read()).toContain('No message was sent yet');
  });

  test('each number has a phone with its messages, whole and as text', async () => {
    await twilio.start({ Payee: `O'Neill & Sons ${'x'.repeat(80)} #4F7K` });
    await twilio.start({ To: '+4915200000002' });
    const { text } = await twilio.send('GET', '/');
    expect(text.match(/<svg role="img"/g)).toHaveLength(2);
    const shown = await read(`/?to=${encodeURIComponent(TO)}`);
    const [message] = await twilio.messages(TO);
    expect(shown.replaceAll(' ', '')).toContain(message?.text.replaceAll(' ', ''));
    expect(shown).not.toContain('+4915200000002');
  });

  test('what a request says is text on the page, and no markup', async () => {
    await twilio.start({ Payee: '<img src=x onerror=alert(1)>' });
    const { text } = await twilio.send('GET', '/');
    expect(text).not.toContain('<img');
    expect(text).toContain('&lt;img');
  });

  test('a screen that is full shows the newest messages', async () => {
    for (let n = 0; n < 12; n += 1) await twilio.start({ Amount: `${n}.00 EUR` });
    const codes = (await twilio.messages()).map(({ code }) => code);
    const { text } = await twilio.send('GET', '/');
    const drawn = codes.filter((code) => text.includes(code));
    expect(drawn.length).toBeLessThan(codes.length);
    expect(drawn).toEqual(codes.slice(-drawn.length));
    const bottoms = [...text.matchAll(/<rect x="24" y="(\d+)" width="272" height="(\d+)"/g)];
    for (const [, y, height] of bottoms) expect(Number(y) + Number(height)).toBeLessThan(620);
  });

  test('the form of the page moves the time', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await twilio.send('POST', '/advance', 'seconds=60', headers)).status).toBe(303);
    expect(await twilio.control('time')).toMatchObject({ aheadSeconds: 60 });
  });
});
