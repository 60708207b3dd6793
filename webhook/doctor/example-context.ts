import type { HookEntry } from './hooks.ts';

/** Stands where `ctx` has what must not leave Kratos. */
export const CANARY = 'canary-of-the-doctor';

const ID = '7d7f3c52-7d1c-4a2b-9b32-0c6d1f6a4e10';

/** `ctx` as Kratos gives it to a template (kratos.md §3), of a person who does not exist. */
export function exampleContext(flow: HookEntry['flow']): object {
  const identity = {
    id: ID,
    schema_id: 'default',
    traits: { email: 'nobody@example.invalid' },
    metadata_public: { jumio: { status: 'approved' } },
    created_at: '2026-01-02T03:04:05.678901Z',
  };
  return {
    flow: {
      id: ID,
      type: 'browser',
      active: 'password',
      requested_aal: 'aal1',
      refresh: false,
      ui: { nodes: [{ attributes: { name: 'csrf_token', value: CANARY } }] },
    },
    identity,
    ...(flow === 'login' ? { session: { id: ID, identity, devices: [{ ip_address: CANARY }] } } : {}),
    request_headers: { 'Accept-Language': ['en'], 'User-Agent': ['doctor'] },
    request_cookies: { ory_kratos_session: CANARY },
    request_method: 'POST',
    request_url: 'https://kratos.example.invalid/self-service',
  };
}
