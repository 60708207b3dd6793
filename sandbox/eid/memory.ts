import type { Adapter, AdapterPayload } from 'oidc-provider';

/** What a provider remembers, until it is stopped. The library's own memory is one for all, and warns at each start. */
export function createMemory(): (name: string) => Adapter {
  const all = new Map<string, AdapterPayload>();
  return (name) => {
    const keyOf = (id: string): string => `${name}:${id}`;
    const find = async (id: string) => all.get(keyOf(id));
    const by = async (field: 'uid' | 'userCode', value: string) =>
      [...all].find(([key, stored]) => key.startsWith(`${name}:`) && stored[field] === value)?.[1];
    return {
      find,
      findByUid: (uid) => by('uid', uid),
      findByUserCode: (code) => by('userCode', code),
      upsert: async (id, payload) => void all.set(keyOf(id), payload),
      destroy: async (id) => void all.delete(keyOf(id)),
      consume: async (id) => void Object.assign((await find(id)) ?? {}, { consumed: Math.floor(Date.now() / 1000) }),
      revokeByGrantId: async (grantId) => {
        for (const [key, stored] of all) if (stored.grantId === grantId) all.delete(key);
      },
    };
  };
}
