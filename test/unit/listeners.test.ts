import { describe, expect, it } from 'vitest';
import { mostConnections } from '../../webhook/listeners.ts';

describe('the number of connections', () => {
  it.each([
    ['public', 1024, 512],
    ['all', 1024, 768],
    ['hooks', 1024, undefined],
    ['public', undefined, undefined],
  ] as const)('the listener of %s routes accepts, of %s descriptors, %s connections', (routes, descriptors, most) => {
    expect(mostConnections(routes, descriptors)).toBe(most);
  });
});
