import { type Observe, observed } from '../../../webhook/upstream/http.ts';

/** Reports the calls of a fake client to `observe`, as a real client does itself. */
export function observedFake<Client extends object>(
  upstream: 'jumio' | 'kratos',
  client: Client,
  observe: Observe,
): Client {
  return new Proxy(client, {
    get: (target, name) => {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) =>
        observed(observe, { upstream, operation: String(name) }, async () => Reflect.apply(member, target, args));
    },
  });
}
