import { expect, it } from 'vitest';
import { UpstreamError } from '../../../webhook/errors.ts';
import { acceptKratos, identitiesWire, identityWire, toPage } from '../../../webhook/kratos/answers.ts';

function nextOf(link: string): string | undefined {
  return toPage({ status: 200, headers: { link }, body: '' }, []).next;
}

it('the token of the next page is found behind other links and unfinished ones', () => {
  expect(nextOf('</a?page_token=x>; rel="first",</a?page_token=a%2Bb%3D>;rel=next')).toBe('a+b=');
  expect(nextOf('<<</a?page_token=y>; rel="next"')).toBe('y');
});

it('a Link header of 16 KiB that never closes is read at once', () => {
  const started = performance.now();
  expect(nextOf('<'.repeat(16_384))).toBeUndefined();
  expect(performance.now() - started).toBeLessThan(50);
});

it('an answer with an object in the place of an id is not as documented', () => {
  const body = JSON.stringify({ id: { length: { toString: 1 } } });
  const call = { upstream: 'kratos', operation: 'read' } as const;
  expect(() => acceptKratos(call, { status: 200, headers: {}, body }, identityWire)).toThrow(UpstreamError);
  expect(() => acceptKratos(call, { status: 200, headers: {}, body: `[${body}]` }, identitiesWire)).toThrow(
    UpstreamError,
  );
});
