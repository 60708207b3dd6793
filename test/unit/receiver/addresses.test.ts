import { describe, expect, it } from 'vitest';
import { guardedLookup, isAllowedAt, isPublicAddress, NOT_ALLOWED } from '../../../webhook/receiver/addresses.ts';
import type { Receiver, Resolve } from '../../../webhook/receiver/types.ts';

const RESERVED = [
  '0.0.0.0',
  '10.1.2.3',
  '100.64.0.1',
  '127.0.0.1',
  '169.254.169.254',
  '172.16.0.1',
  '192.0.2.1',
  '192.168.1.1',
  '198.18.0.1',
  '224.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:10.0.0.1',
  '::ffff:7f00:1',
  '64:ff9b::a00:1',
  '2002:a00:1::',
  '2001:db8::1',
  'fc00::1',
  'fd12::1',
  'fe80::1',
  'ff02::1',
  'no address',
];

const PUBLIC = ['1.1.1.1', '8.8.8.8', '172.32.0.1', '2606:4700::1111', '::ffff:8.8.8.8', '64:ff9b::808:808'];

const receiver = (patch: Partial<Receiver> = {}): Receiver => ({
  name: 'shop',
  url: 'https://shop.example.com/hooks',
  allowPrivate: false,
  ...patch,
});

/** What a connection to a host is given: its addresses, or the code of the refusal. */
function lookUp(one: Receiver, answers: readonly string[], host = 'shop.example.com'): Promise<unknown> {
  const resolve: Resolve = (_host, found) =>
    found(
      null,
      answers.map((address) => ({ address, family: 4 })),
    );
  return new Promise((done) => {
    guardedLookup(one, resolve)(host, { all: true }, (error, addresses) => {
      const list = Array.isArray(addresses) ? addresses.map(({ address }) => address) : addresses;
      done(error === null ? list : error.code);
    });
  });
}

describe('the addresses of a receiver', () => {
  it.each(RESERVED)('%s is none of the internet', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  it.each(PUBLIC)('%s is one of the internet', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('a private one is allowed where the operator says so, and http only where it is this machine’s', () => {
    expect(isAllowedAt(receiver({ allowPrivate: true }), '10.0.0.1')).toBe(true);
    const http = receiver({ url: 'http://localhost:8080/', allowPrivate: true });
    expect(['127.0.0.1', '::1', '10.0.0.1', '8.8.8.8'].map((address) => isAllowedAt(http, address))).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });

  it('a name that leads inside is refused at the connection, and of several addresses only the allowed ones count', async () => {
    expect(await lookUp(receiver(), ['10.0.0.1'])).toBe(NOT_ALLOWED);
    expect(await lookUp(receiver(), ['10.0.0.1', '8.8.8.8'])).toEqual(['8.8.8.8']);
    expect(await lookUp(receiver({ allowPrivate: true }), ['10.0.0.1'])).toEqual(['10.0.0.1']);
  });

  it('a proxy of the operator may be inside', async () => {
    expect(await lookUp(receiver(), ['10.0.0.1'], 'proxy.internal')).toEqual(['10.0.0.1']);
  });
});
