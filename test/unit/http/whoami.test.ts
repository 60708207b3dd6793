import { describe, expect, it } from 'vitest';
import { limitWhoami } from '../../../webhook/http/whoami.ts';

/** A Kratos that knows no session, and counts its calls; the clock is moved by hand. */
function refusing() {
  const clock = { now: 0 };
  const asked: (string | undefined)[] = [];
  const kratos = {
    whoami: async ({ cookie }: { readonly cookie?: string }) => {
      asked.push(cookie);
      return { kind: 'none' } as const;
    },
  };
  return { clock, asked, sessions: limitWhoami(kratos, () => clock.now) };
}

describe('the memory of refused credentials', () => {
  it('the memory keeps the last 10,000 refusals, and forgets the oldest first', async () => {
    const { asked, sessions } = refusing();
    for (let n = 0; n <= 10_000; n += 1) await sessions.whoami({ cookie: `${n}` });
    await sessions.whoami({ cookie: '10000' });
    await sessions.whoami({ cookie: '1' });
    expect(asked).toHaveLength(10_001);
    await sessions.whoami({ cookie: '0' });
    expect(asked).toHaveLength(10_002);
  });

  it('a clock that was set back by an hour does not keep a refusal for an hour', async () => {
    const { clock, asked, sessions } = refusing();
    await sessions.whoami({ cookie: 'a' });
    clock.now -= 3_600_000;
    await sessions.whoami({ cookie: 'a' });
    expect(asked).toEqual(['a', 'a']);
  });

  it('the same text as cookie and as session token are two credentials', async () => {
    const { asked, sessions } = refusing();
    await sessions.whoami({ cookie: 'a' });
    await sessions.whoami({ sessionToken: 'a' });
    expect(asked).toHaveLength(2);
  });
});
