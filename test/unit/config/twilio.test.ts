import { describe, expect, it } from 'vitest';
import { config, problems, WITH_TWILIO, wrongNames } from '../../support/service/environment.ts';

const { TWILIO_VERIFY_URL: _, ...SET } = WITH_TWILIO;

describe('the variables of Twilio', () => {
  it('are none, or a key, its secret and a service, at Twilio’s own address', () => {
    expect(config({}).TWILIO_API_KEY).toBeUndefined();
    expect(config(SET)).toMatchObject({ ...SET, TWILIO_VERIFY_URL: 'https://verify.twilio.com' });
  });

  it.each(Object.entries(SET))('%s alone is incomplete, and so are the other two without it', (name, value) => {
    const others = Object.keys(SET).filter((other) => other !== name);
    expect(wrongNames({ [name]: value }).sort()).toEqual(others.sort());
    expect(problems({ ...SET, [name]: '' })).toEqual([
      { name, expected: expect.stringMatching(/^a value, because TWILIO_\w+ is set$/), seen: 'nothing' },
    ]);
  });

  it('the SID of something else is named by its first letters', () => {
    const account = `AC${'0c'.repeat(16)}`;
    expect(problems({ ...SET, TWILIO_VERIFY_SERVICE: account })).toEqual([
      {
        name: 'TWILIO_VERIFY_SERVICE',
        expected: 'the SID of a Verify service of Twilio: VA and 32 hexadecimal digits',
        seen: 'a SID that begins with AC',
      },
    ]);
    expect(problems({ ...SET, TWILIO_API_KEY: account })).toMatchObject([{ seen: 'a SID that begins with AC' }]);
  });

  it('a text that is no SID is not shown, and one wrong variable is one problem', () => {
    const wrong = problems({ ...SET, TWILIO_API_KEY: SET.TWILIO_API_SECRET });
    expect(wrong).toMatchObject([{ name: 'TWILIO_API_KEY', seen: 'a value of 27 characters' }]);
    expect(wrongNames({ ...SET, TWILIO_API_SECRET: 'change-me' })).toEqual(['TWILIO_API_SECRET']);
  });

  it('a secret is sent by https, or stays inside', () => {
    expect(wrongNames({ ...SET, TWILIO_VERIFY_URL: 'verify.twilio.com' })).toEqual(['TWILIO_VERIFY_URL']);
    expect(problems({ ...SET, TWILIO_VERIFY_URL: 'http://verify.twilio.com' })).toMatchObject([
      { expected: 'https, because it is a host of Jumio, Ory or Twilio', seen: 'http://verify.twilio.com' },
    ]);
    expect(problems({ ...SET, TWILIO_VERIFY_URL: 'http://proxy.example.com/x' })).toMatchObject([
      {
        expected: 'https or a host inside your network, because TWILIO_API_SECRET is sent to it',
        seen: 'http://proxy.example.com',
      },
    ]);
    for (const inside of ['http://127.0.0.1:4020', 'http://twilio:4020', 'https://proxy.example.com'])
      expect(config({ ...SET, TWILIO_VERIFY_URL: inside }).TWILIO_VERIFY_URL).toBe(inside);
  });
});
