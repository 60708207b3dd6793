import { type Observe, observed } from '../../../webhook/upstream/http.ts';

/** A fake client whose methods are reported to `observe`, as the calls of a real client are. */
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
