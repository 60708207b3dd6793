import { describe, expect, test } from 'vitest';
import { readShippedTemplate } from '../../../sandbox/kratos/config/actions.ts';
import { renderBody } from '../../../sandbox/kratos/stand-in/web-hook.ts';

const CANARY = 'canary-that-must-not-leave';

const ID = 'f2b1f3a0-0f0e-4a59-9c0f-6f3f6a2d7a11';

function render(file: string, context: unknown): unknown {
  const base64 = Buffer.from(readShippedTemplate(file)).toString('base64');
  return JSON.parse(renderBody(`base64://${base64}`, context));
}

/** A context of Kratos (docs/reference/kratos.md#3-jsonnet-context-ctx), with data to send and much that must stay. */
const context = {
  flow: {
    id: 'flow-id',
    type: 'browser',
    active: 'oidc',
    return_to: 'https://app.example/basket',
    refresh: true,
    requested_aal: 'aal2',
    ui: { nodes: [{ attributes: { name: 'csrf_token', value: CANARY } }] },
    transient_payload: { text: CANARY },
    request_url: `https://kratos.example/?${CANARY}`,
  },
  identity: {
    id: ID,
    schema_id: 'person',
    traits: { email: CANARY },
    verifiable_addresses: [{ value: CANARY }],
    metadata_public: { jumio: { status: 'approved' }, assurance: { source: 'idemia', acr: 'loa-3' } },
    created_at: '2026-01-02T03:04:05.678901Z',
  },
  session: { id: CANARY, devices: [{ user_agent: CANARY }] },
  request_headers: { 'Accept-Language': ['de-CH, en;q=0.5', 'fr'], 'User-Agent': [CANARY] },
  request_cookies: { ory_kratos_session: CANARY },
  request_method: 'POST',
  request_url: `https://kratos.example/?${CANARY}`,
};

const common = {
  kratos_identity_id: ID,
  schema_id: 'person',
  created_at: '2026-01-02T03:04:05.678901Z',
  accept_language: 'de-CH, en;q=0.5',
};

const flow = { id: 'flow-id', type: 'browser', method: 'oidc' };

const assurance = { source: 'idemia', acr: 'loa-3' };

const gate = { ...common, metadata_public: { jumio: { status: 'approved' }, assurance } };

const gateFlow = { ...flow, refresh: true, requested_aal: 'aal2' };

const expected = {
  'initiate.jsonnet': { ...common, flow: { ...flow, return_to: 'https://app.example/basket' } },
  'validate.jsonnet': { ...gate, flow: { ...gateFlow, kind: 'login' } },
  'validate-recovery.jsonnet': { ...gate, flow: { ...gateFlow, kind: 'recovery' } },
};

describe.each(Object.entries(expected))('the template %s', (file, body) => {
  test(`${file} sends exactly the keys of the contract, and nothing else of the context`, () => {
    expect(render(file, context)).toStrictEqual(body);
  });

  test.each([
    ['an empty context', {}],
    ['null everywhere', { flow: null, identity: null, request_headers: null }],
    ['empty objects', { flow: {}, identity: {}, request_headers: {} }],
    ['a header without a value', { request_headers: { 'Accept-Language': [] } }],
  ])(`${file} sends every key, null if unknown, for %s`, (_name, sparse) => {
    expect(blanked(render(file, sparse))).toStrictEqual(blanked(body));
    expect(render(file, sparse)).toMatchObject({ kratos_identity_id: null, accept_language: null });
  });
});

test('assurance.jsonnet sends hint and schema of the mapper without an identity id: there is no identity yet', () => {
  const { schema_id, accept_language } = common;
  expect(render('assurance.jsonnet', context)).toStrictEqual({ schema_id, accept_language, assurance, flow });
  const sparse = { schema_id: null, accept_language: null, assurance: null };
  expect(render('assurance.jsonnet', { identity: { metadata_public: null } })).toMatchObject(sparse);
});

/** The keys alone; `metadata_public` belongs to the operator and is kept whole. */
function blanked(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return null;
  const entries = Object.entries(value).map(([key, inner]) => [key, key === 'metadata_public' ? null : blanked(inner)]);
  return Object.fromEntries(entries);
}
