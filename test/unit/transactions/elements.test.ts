import { describe, expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import {
  countsFrom,
  freshPassword,
  needsPassword,
  passwordCounts,
} from '../../../webhook/transactions/elements/elements.ts';
import { readKnowledge } from '../../../webhook/transactions/elements/knowledge.ts';
import { DAY, HOUR, MINUTE } from '../../support/service/shifted-clock.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

const MAX_AGE = 5 * MINUTE;

/** A session with these methods, each entered so many milliseconds ago. */
function session(...methods: (readonly [method: string, age: number])[]) {
  return {
    id: 'session',
    identityId: 'payer',
    authenticatedAt: NOW,
    methods: methods.map(([method, age]) => ({ method, completedAt: NOW - age })),
    phones: [],
  };
}

const fresh = (...methods: Parameters<typeof session>): number | undefined =>
  freshPassword(session(...methods), MAX_AGE, NOW);

describe('what a session shows of knowledge', () => {
  it.each([
    [0, true],
    [MAX_AGE, true],
    [MAX_AGE + 1, false],
    [DAY, false],
    [-MINUTE, true],
    [-MINUTE - 1, false],
  ])('a password that was entered %i ms ago counts as fresh: %s', (age, isFresh) => {
    expect(fresh(['password', age])).toBe(isFresh ? NOW - age : undefined);
  });

  it.each([
    'oidc',
    'code',
    'link',
    'link_recovery',
    'code_recovery',
    'totp',
    'webauthn',
    'passkey',
    'lookup_secret',
    'saml',
  ])('the method %s never counts, also beside a password that is too old', (method) => {
    expect(fresh([method, 0])).toBeUndefined();
    expect(fresh(['password', MAX_AGE + 1], [method, 0])).toBeUndefined();
  });

  it('of several passwords the last one counts, wherever it stands', () => {
    const times = [
      ['password', DAY],
      ['password', MINUTE],
      ['totp', 0],
      ['password', 2 * MINUTE],
    ] as const;
    expect(fresh(...times)).toBe(NOW - MINUTE);
  });

  it('a session without methods shows nothing', () => {
    expect(fresh()).toBeUndefined();
  });

  it('SMS and face stand beside the password, a passkey beside nothing', () => {
    expect((['passkey', 'sms', 'face'] as const).map(needsPassword)).toEqual([false, true, true]);
  });
});

describe('the cooling off of an element', () => {
  const since = NOW - HOUR;

  it.each([
    ['old enough', { since: NOW - DAY, accountSince: 0 }, DAY, undefined],
    ['a moment too young', { since: NOW - DAY + 1, accountSince: 0 }, DAY, NOW + 1],
    ['an hour old', { since, accountSince: 0 }, DAY, since + DAY],
    ['an hour old, where nothing cools off', { since, accountSince: 0 }, 0, undefined],
    ['of the sign-up', { since, accountSince: since }, DAY, undefined],
    ['of the last moment of the first hour', { since, accountSince: since - HOUR }, DAY, undefined],
    ['of the moment after the first hour', { since, accountSince: since - HOUR - 1 }, DAY, since + DAY],
    ['of an account of unknown age', { since, accountSince: undefined }, DAY, since + DAY],
    ['older than its account, as after an import', { since, accountSince: NOW }, DAY, undefined],
  ])('an element that is %s', (_name, age, coolingOff, from) => {
    expect(countsFrom(age, coolingOff, NOW)).toBe(from);
  });
});

describe('whether a password counts', () => {
  const old = { createdAt: 0, password: { updatedAt: 0 } };
  const recovered = { createdAt: 0, password: { updatedAt: NOW - HOUR } };

  it.each([
    ['an old password that was entered now', old, NOW, DAY, { kind: 'counts', at: NOW }],
    ['an old password that was not entered of late', old, undefined, DAY, { kind: 'not', why: 'sign-in-first' }],
    ['no password', { createdAt: 0 }, undefined, DAY, { kind: 'not', why: 'missing' }],
    ['no password, though the session says so', { createdAt: 0 }, NOW, DAY, { kind: 'not', why: 'missing' }],
    ['a recovered password', recovered, NOW, DAY, { kind: 'not', why: 'too-young', from: NOW + 23 * HOUR }],
    ['a recovered password, where nothing cools off', recovered, NOW, 0, { kind: 'counts', at: NOW }],
    ['a password of unknown age', { createdAt: 0, password: {} }, NOW, DAY, { kind: 'not', why: 'unavailable' }],
    ['a password of unknown age, where nothing cools off', { password: {} }, NOW, 0, { kind: 'counts', at: NOW }],
  ])('%s', (_name, times, enteredAt, coolingOff, knowledge) => {
    expect(passwordCounts(times, enteredAt, coolingOff, NOW)).toEqual(knowledge);
  });

  it('the password is judged as of the start of the attempt that it stands beside', async () => {
    const ctx = { settings: { max_auth_age: MAX_AGE, cooling_off: DAY }, passwordOf: async () => old };
    const read = (asOf: number) => readKnowledge(ctx, session(['password', 7 * MINUTE]), asOf, NOW);
    expect(await read(NOW)).toEqual({ kind: 'not', why: 'sign-in-first' });
    expect(await read(NOW - 4 * MINUTE)).toEqual({ kind: 'counts', at: NOW - 7 * MINUTE });
  });

  it('a Kratos that does not answer is no knowledge of any kind', async () => {
    const down = new UpstreamError({ upstream: 'kratos', operation: 'read', failure: 'unreachable' });
    const ctx = {
      settings: { max_auth_age: MAX_AGE, cooling_off: DAY },
      passwordOf: () => Promise.reject(down),
    };
    await expect(readKnowledge(ctx, session(['password', 0]), NOW, NOW)).rejects.toBe(down);
  });
});
