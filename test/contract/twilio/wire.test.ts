import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { errorWire, serviceWire, verificationWire } from '../../../webhook/twilio/wire.ts';

const fixtures = new URL('../../fixtures/twilio/', import.meta.url);

function fixture(name: string): unknown {
  return JSON.parse(readFileSync(new URL(`${name}.json`, fixtures), 'utf8'));
}

describe('our schemas on the documented answers of Twilio', () => {
  it('a start and a check are read, and nothing more than is used', () => {
    const common = { to: '+4915200000001', amount: null, payee: null, sid: expect.stringMatching(/^VE/) };
    expect(verificationWire.parse(fixture('verification'))).toStrictEqual({ ...common, status: 'pending' });
    expect(verificationWire.parse(fixture('check'))).toStrictEqual({ ...common, status: 'approved' });
  });

  it('the service and an error are read', () => {
    expect(serviceWire.parse(fixture('service'))).toMatchObject({ psd2_enabled: true, code_length: 4 });
    expect(errorWire.parse(fixture('error'))).toStrictEqual({ code: 20404 });
  });

  it('every fixture has a test', () => {
    const names = readdirSync(fixtures).map((file) => file.replace(/\.json$/, ''));
    expect(names.sort()).toEqual(['check', 'error', 'service', 'verification']);
  });
});
