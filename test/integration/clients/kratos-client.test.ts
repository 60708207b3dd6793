import { afterEach, describe, expect, it } from 'vitest';
import { createKratosClient } from '../../../webhook/kratos/client.ts';
import { json, refusingUrl, startRecordingServer } from '../../support/fakes/http-server.ts';
import {
  COOKIE,
  content,
  ID,
  identityBody,
  KEY,
  refusal,
  startKratosClient,
  whoami,
} from '../../support/fakes/kratos-server.ts';
import { failureOf } from '../../support/fakes/upstream-errors.ts';

const closing: (() => Promise<void>)[] = [];

afterEach(() => Promise.all(closing.splice(0).map((close) => close())));

async function stub(...parameters: Parameters<typeof startKratosClient>) {
  const running = await startKratosClient(...parameters);
  closing.push(running.server.close);
  return running;
}

describe('publication to Kratos', () => {
  it('a publication adds our two objects in one PATCH and returns the public metadata', async () => {
    const { client, server } = await stub(json(200, identityBody));
    expect(await client.publish(ID, content)).toStrictEqual(content.public);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({
      method: 'PATCH',
      path: `/admin/identities/${ID}`,
      headers: { 'content-type': 'application/json', 'user-agent': 'Acme Verification/1.0' },
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toStrictEqual([
      { op: 'add', path: '/metadata_public/jumio', value: content.public },
      { op: 'add', path: '/metadata_admin/jumio', value: content.admin },
    ]);
  });

  it('a publication of the same content sends the same bytes', async () => {
    const { client, server } = await stub(json(200, identityBody));
    await client.publish(ID, content);
    await client.publish(ID, content);
    expect(server.requests[1]?.body).toBe(server.requests[0]?.body);
  });

  it.each([{}, { metadata_public: null }, { metadata_public: 'text' }, { metadata_public: { theirs: 1 } }])(
    'a publication with the response %j returns nothing',
    async (body) => {
      const { client } = await stub(json(200, body));
      expect(await client.publish(ID, content)).toBeUndefined();
    },
  );

  it.each([
    ['/', ''],
    ['/ory/', '/ory'],
  ])('a publication joins an admin URL that ends in %s', async (end, prefix) => {
    const server = await startRecordingServer(json(200, identityBody));
    closing.push(server.close);
    const client = createKratosClient({ adminUrl: `${server.url}${end}`, userAgent: 'x' });
    await client.read(ID);
    expect(server.requests[0]?.path).toBe(`${prefix}/admin/identities/${ID}`);
  });
});

describe('the state in a publication', () => {
  const inactive = { ...identityBody, state: 'inactive', state_changed_at: '2026-01-05T09:30:01.221Z' };

  it('a state is written in the same PATCH as our two objects, and returned with its time', async () => {
    const { client, server } = await stub(json(200, inactive));
    expect(await client.setState(ID, 'inactive', content)).toStrictEqual({
      jumio: content.public,
      state: 'inactive',
      stateChangedAt: Date.UTC(2026, 0, 5, 9, 30, 1, 221),
    });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toStrictEqual([
      { op: 'add', path: '/metadata_public/jumio', value: content.public },
      { op: 'add', path: '/metadata_admin/jumio', value: content.admin },
      { op: 'replace', path: '/state', value: 'inactive' },
    ]);
  });

  it('a state is written alone if there is nothing to publish', async () => {
    const { client, server } = await stub(json(200, identityBody));
    expect(await client.setState(ID, 'active')).toStrictEqual({ jumio: content.public, state: 'active' });
    expect(JSON.parse(server.requests[0]?.body ?? '')).toStrictEqual([
      { op: 'replace', path: '/state', value: 'active' },
    ]);
  });
});

describe('revocation of sessions', () => {
  it.each([
    ['there were some', 204, undefined, true],
    ['there were none, or there is no such identity', 404, 'Unable to locate the resource', false],
  ])('revocation of sessions returns whether %s', async (_what, status, message, found) => {
    const { client, server } = await stub(message === undefined ? json(status, '') : refusal(status, { message }));
    expect(await client.revokeSessions(ID)).toBe(found);
    expect(server.requests[0]).toMatchObject({ method: 'DELETE', path: `/admin/identities/${ID}/sessions` });
  });

  it.each([
    [404, 'page not found', { code: 'no-such-path' }],
    [429, '', { status: 429 }],
    [500, '', { status: 500 }],
  ])('revocation of sessions with a %s in another form fails', async (status, message, facts) => {
    const { client } = await stub(refusal(status, { message }));
    const error = await failureOf(client.revokeSessions(ID));
    expect(error.facts).toMatchObject({ operation: 'revoke', failure: 'status', ...facts });
  });
});

describe('the list of identities', () => {
  const link = (token: string) => `</admin/identities?page_size=2&page_token=${token}>; rel="first"`;

  it('a list returns a page and the token of the next one', async () => {
    const next = `${link('first')},</admin/identities?page_size=2&page_token=a%2Bb%3D>; rel="next"`;
    const { client, server } = await stub(json(200, [identityBody], { link: next }));
    const page = await client.list(2, 'c+d=');
    expect(page).toMatchObject({ identities: [{ id: ID, schemaId: 'default' }], next: 'a+b=' });
    expect(page).not.toHaveProperty('pause');
    expect(JSON.stringify(page)).not.toContain(identityBody.traits.email.concat('@'));
    expect(server.requests[0]?.path).toBe('/admin/identities?page_size=2&page_token=c%2Bd%3D');
  });

  it('a list ends at the page without a next link', async () => {
    const { client, server } = await stub(json(200, [], { link: link('first') }));
    expect(await client.list(500)).toStrictEqual({ identities: [] });
    expect(server.requests[0]?.path).toBe('/admin/identities?page_size=500');
  });

  it.each([
    ['0', '7', 7_000],
    ['0', '0', 0],
    ['1', '7', undefined],
    ['0', undefined, undefined],
  ])(
    'a list response with %s calls left and a reset in %s s asks for a pause of %s ms',
    async (remaining, reset, pause) => {
      const headers = { 'x-ratelimit-remaining': remaining, ...(reset && { 'x-ratelimit-reset': reset }) };
      const { client } = await stub(json(200, [], headers));
      expect((await client.list(1)).pause).toBe(pause);
    },
  );

  it.each([
    [json(429, {}, { 'x-ratelimit-reset': '3' }), { failure: 'status', status: 429, retryAfter: 3_000 }],
    [json(200, { not: 'a list' }), { failure: 'unusable' }],
  ])('a list that Kratos refuses fails', async (respond, facts) => {
    const { client } = await stub(respond);
    expect((await failureOf(client.list(1))).facts).toMatchObject({ operation: 'list', ...facts });
  });

  it('a list response may be larger than any other response', async () => {
    const big = { ...identityBody, traits: { note: 'x'.repeat(2_000_000) } };
    const { client } = await stub(json(200, [big]), { deadline: 5_000 });
    expect((await client.list(1)).identities).toHaveLength(1);
    expect((await failureOf(client.read(ID))).facts).toMatchObject({ failure: 'unusable' });
  });
});

describe('the API key of Kratos', () => {
  it('the API key is a bearer token for the admin URL', async () => {
    const { client, server } = await stub(json(200, identityBody), { apiKey: KEY });
    await client.publish(ID, content);
    await client.read(ID);
    expect(server.requests.map(({ headers }) => headers.authorization)).toEqual([`Bearer ${KEY}`, `Bearer ${KEY}`]);
  });

  it.each([{}, { apiKey: '' }])('an API key that is not configured is not sent (%j)', async (options) => {
    const { client, server } = await stub(json(200, identityBody), options);
    await client.publish(ID, content);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });

  it('the API key never goes to the public URL', async () => {
    const { client, server } = await stub(json(200, { active: true, identity: identityBody }), { apiKey: KEY });
    await whoami(client);
    expect(server.requests[0]?.headers).not.toHaveProperty('authorization');
  });
});

describe('reads from Kratos', () => {
  it('a read returns the identity without its traits', async () => {
    const { client, server } = await stub(json(200, identityBody));
    expect(await client.read(ID)).toStrictEqual({
      id: ID,
      schemaId: 'default',
      createdAt: Date.UTC(2026, 0, 5, 9, 30, 1, 221),
      metadataPublic: identityBody.metadata_public,
      metadataAdmin: identityBody.metadata_admin,
      state: 'active',
    });
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: `/admin/identities/${ID}`, body: '' });
  });

  it.each([undefined, null, 'text', 7, [1], {}])('a read returns the metadata %j', async (metadata) => {
    const { client } = await stub(json(200, { id: ID, metadata_public: metadata, metadata_admin: metadata }));
    expect(await client.read(ID)).toStrictEqual({ id: ID, metadataPublic: metadata, metadataAdmin: metadata });
  });
});

describe('whoami', () => {
  const session = { id: 's', active: true, identity: identityBody, authenticator_assurance_level: 'aal1' };

  it('whoami forwards the cookies unchanged and returns the session’s identity', async () => {
    const { client, server } = await stub(json(200, session));
    const cookie = `a=1; ory_kratos_session=${COOKIE}; b="2"`;
    expect(await client.whoami({ cookie })).toMatchObject({ kind: 'session', identity: { id: ID } });
    expect(server.requests[0]).toMatchObject({ method: 'GET', path: '/sessions/whoami', headers: { cookie } });
    expect(server.requests[0]?.headers).not.toHaveProperty('x-session-token');
  });

  it('whoami forwards a session token', async () => {
    const { client, server } = await stub(json(200, session));
    expect(await client.whoami({ sessionToken: 'ory_st_x' })).toMatchObject({ kind: 'session' });
    expect(server.requests[0]?.headers['x-session-token']).toBe('ory_st_x');
    expect(server.requests[0]?.headers).not.toHaveProperty('cookie');
  });

  it('whoami returns the one trait that holds the language, and no other trait', async () => {
    const traits = { email: 'a@b.example', name: { 'given/name': 'A' }, settings: { 'ui~/lang': 'de_AT' } };
    const answer = json(200, { ...session, identity: { ...identityBody, traits } });
    const { server } = await stub(answer);
    const options = { adminUrl: server.url, publicUrl: server.url, userAgent: 'x' };
    const spoken = createKratosClient({ ...options, localeTrait: '/settings/ui~0~1lang' });
    const found = await whoami(spoken);
    expect(found).toMatchObject({ kind: 'session', identity: { locale: 'de-AT' } });
    expect(JSON.stringify(found)).not.toMatch(/a@b|given/);
    for (const localeTrait of [
      '/email',
      '/name',
      '/settings',
      '/nothing/there',
      '/__proto__/x',
      '/settings/ui~0~1lang/0',
    ]) {
      const other = await whoami(createKratosClient({ ...options, localeTrait }));
      expect(other.kind === 'session' && 'locale' in other.identity, localeTrait).toBe(false);
    }
    expect(JSON.stringify(await whoami(createKratosClient(options)))).not.toContain('locale');
  });

  it('whoami returns no session for a 401 and for an ended session', async () => {
    const { client } = await stub(refusal(401, { message: 'The request could not be authorized' }));
    expect(await whoami(client)).toStrictEqual({ kind: 'none' });
    const { client: late } = await stub(json(200, { ...session, active: false }));
    expect(await whoami(late)).toStrictEqual({ kind: 'none' });
  });

  const place = 'https://id.acme.example/self-service/login/browser?aal=aal2';
  const error = { id: 'session_aal2_required', code: 403, details: { redirect_browser_to: place } };
  it.each([
    ['beside the error', { error, redirect_browser_to: place }, place],
    ['only inside it', { error }, place],
    ['nowhere', { error: { ...error, details: undefined } }, undefined],
    ['as no web address', { error: { id: error.id }, redirect_browser_to: 'javascript:alert(1)' }, undefined],
  ])('whoami returns a missing second factor, with the URL %s', async (_, body, redirectTo) => {
    const { client } = await stub(json(403, body));
    const expected = { kind: 'second-factor', ...(redirectTo && { redirectTo }) };
    expect(await whoami(client)).toStrictEqual(expected);
  });

  it('whoami treats no other 403 as a missing second factor', async () => {
    const { client } = await stub(refusal(403, { id: 'security_csrf_violation' }));
    expect((await failureOf(whoami(client))).facts).toMatchObject({ failure: 'status', status: 403 });
  });

  it.each([{ active: true }, { identity: identityBody }, { active: 'yes', identity: identityBody }])(
    'whoami treats %j as neither a session nor a refusal',
    async (body) => {
      const { client } = await stub(json(200, body));
      expect((await failureOf(whoami(client))).facts).toMatchObject({ failure: 'unusable', status: 200 });
    },
  );

  it('whoami rejects without a configured public URL, and makes no call', async () => {
    const client = createKratosClient({ adminUrl: await refusingUrl(), userAgent: 'x' });
    expect((await failureOf(whoami(client))).facts).toMatchObject({ operation: 'whoami', failure: 'unreachable' });
  });
});

describe('removal of our objects from Kratos', () => {
  const bare = { id: ID, metadataPublic: null, metadataAdmin: { theirs: 1 } };

  it('removal takes the existing objects of ours in one PATCH', async () => {
    const { client, server } = await stub(json(200, identityBody));
    await client.unpublish(
      { ...bare, metadataPublic: { jumio: {}, theirs: 1 }, metadataAdmin: { jumio: null } },
      { withEid: false },
    );
    await client.unpublish({ ...bare, metadataPublic: { jumio: {} } }, { withEid: false });
    expect(server.requests.map(({ body }) => JSON.parse(body))).toStrictEqual([
      [
        { op: 'remove', path: '/metadata_public/jumio' },
        { op: 'remove', path: '/metadata_admin/jumio' },
      ],
      [{ op: 'remove', path: '/metadata_public/jumio' }],
    ]);
  });

  it('removal includes what the mappers of an eID wrote on request, and nothing of others', async () => {
    const { client, server } = await stub(json(200, identityBody));
    const eid = { metadataPublic: { assurance: {}, jumio: {}, theirs: 1 }, metadataAdmin: { eid: {}, theirs: 1 } };
    await client.unpublish({ ...bare, ...eid }, { withEid: false });
    await client.unpublish({ ...bare, ...eid }, { withEid: true });
    expect(server.requests.map(({ body }) => JSON.parse(body))).toStrictEqual([
      [{ op: 'remove', path: '/metadata_public/jumio' }],
      [
        { op: 'remove', path: '/metadata_public/jumio' },
        { op: 'remove', path: '/metadata_public/assurance' },
        { op: 'remove', path: '/metadata_admin/eid' },
      ],
    ]);
  });

  it('removal without objects makes no PATCH: Kratos refuses to remove what is missing', async () => {
    const { client, server } = await stub(json(200, identityBody));
    await client.unpublish(bare, { withEid: true });
    expect(server.requests).toEqual([]);
  });
});

describe('search by a sign-in identifier', () => {
  it('a search by identifier requests exactly that, and keeps the ids alone', async () => {
    const { client, server } = await stub(json(200, [identityBody]));
    expect(await client.find('ann+1@example.com')).toStrictEqual([ID]);
    expect(server.requests[0]).toMatchObject({
      method: 'GET',
      path: '/admin/identities?credentials_identifier=ann%2B1%40example.com',
    });
  });

  it('a search by identifier returns nothing for an empty list', async () => {
    const { client } = await stub(json(200, []));
    expect(await client.find('ann@example.com')).toStrictEqual([]);
  });
});

describe('links of an identity', () => {
  it('an identity with other credentials has no link', async () => {
    const { client, server } = await stub(json(200, { ...identityBody, credentials: { password: {} } }));
    const { metadata_public: metadataPublic } = identityBody;
    expect(await client.oidcCredentials(ID)).toEqual({ credentials: [], metadataPublic });
    expect(server.requests[0]?.path).toBe(`/admin/identities/${ID}?include_credential=oidc`);
  });

  it.each([
    ['nothing at all', {}],
    ['no credentials', identityBody],
    ['no id', { credentials: {} }],
    ['somebody else', { id: KEY, credentials: {} }],
    ['credentials that are none', { id: ID, credentials: null }],
  ])('a response that shows %s is rejected as not from Kratos', async (_what, body) => {
    const { client } = await stub(json(200, body));
    expect((await failureOf(client.oidcCredentials(ID))).facts).toMatchObject({
      upstream: 'kratos',
      failure: 'unusable',
    });
  });
});

describe('credentials of a payer', () => {
  const passkey = {
    id: '+/8=',
    public_key: '/+8=',
    added_at: '2026-01-05T10:00:00Z',
    authenticator: { aaguid: 'AAAA', sign_count: 7, clone_warning: false },
    flags: { user_present: true, user_verified: true, backup_eligible: true, backup_state: false },
  };
  const answerWith = (credentials: unknown) =>
    json(200, {
      ...identityBody,
      credentials: {
        password: { updated_at: '2026-01-05T09:45:00Z' },
        passkey: { config: { credentials, user_handle: '+w==' } },
      },
    });

  it('passkeys are read with standard base64, and given as browsers have them', async () => {
    const { client, server } = await stub(answerWith([passkey]));
    expect(await client.payerCredentials(ID)).toStrictEqual({
      passkeys: [
        {
          id: '-_8',
          publicKey: '_-8',
          addedAt: Date.parse('2026-01-05T10:00:00Z'),
          signCount: 7,
          isSynchronisable: true,
        },
      ],
      unreadable: [],
      userHandle: '-w',
      password: { updatedAt: Date.parse('2026-01-05T09:45:00Z') },
      createdAt: Date.parse(identityBody.created_at),
    });
    expect(server.requests[0]?.path).toBe(`/admin/identities/${ID}?include_credential=passkey`);
  });

  it('a passkey of an older Kratos, without flags and counter, is one', async () => {
    const { client } = await stub(answerWith([{ ...passkey, authenticator: undefined, flags: undefined }]));
    const [read] = (await client.payerCredentials(ID)).passkeys;
    expect(read).toStrictEqual({ id: '-_8', publicKey: '_-8', addedAt: expect.any(Number), signCount: 0 });
  });

  it.each([
    ['base64url', { id: '-_8=' }, 'id'],
    ['no key', { public_key: '' }, 'public_key'],
    ['an object that has a length', { public_key: { length: { toString: 1 } } }, 'public_key'],
    ['no time', { added_at: 'yesterday' }, 'added_at'],
    ['a counter below zero', { authenticator: { sign_count: -1 } }, 'authenticator.sign_count'],
  ])(
    'a passkey with %s is skipped with the member that is wrong, and the others stay',
    async (_what, patch, member) => {
      const { client } = await stub(answerWith([{ ...passkey, ...patch }, passkey]));
      const { passkeys, unreadable } = await client.payerCredentials(ID);
      expect([passkeys.length, unreadable]).toEqual([1, [member]]);
    },
  );

  it.each([
    ['without passkeys', { password: {} }],
    ['whose last passkey was removed', { passkey: { config: { credentials: null } } }],
    ['whose list is not shown', { passkey: {} }],
  ])('an identity %s has none', async (_what, credentials) => {
    const { client } = await stub(json(200, { ...identityBody, credentials }));
    expect((await client.payerCredentials(ID)).passkeys).toEqual([]);
  });

  it.each([
    ['no credentials', identityBody],
    ['somebody else', { id: KEY, credentials: {} }],
  ])('a response that shows %s is rejected as not from Kratos', async (_what, body) => {
    const { client } = await stub(json(200, body));
    expect((await failureOf(client.payerCredentials(ID))).facts).toMatchObject({ failure: 'unusable' });
  });
});

describe('how a session was authenticated', () => {
  const at = '2026-02-03T04:05:06.789Z';
  const time = Date.parse(at);
  const phone = { id: 'a', value: '+4915112345678', via: 'sms', verified: true, verified_at: at };
  const identity = { ...identityBody, verifiable_addresses: [phone, { ...phone, id: 'b', via: 'email' }] };
  const methods = [{ method: 'password', aal: 'aal1', completed_at: at }];
  const session = { id: 's', active: true, authenticated_at: at, authentication_methods: methods, identity };

  async function sessionOf(patch: object) {
    const { client } = await stub(json(200, { ...session, ...patch }));
    const answer = await client.whoami({ cookie: `ory_kratos_session=${COOKIE}` });
    return answer.kind === 'session' ? answer.session : answer;
  }

  it('whoami returns the session, its methods and the verified phone numbers', async () => {
    expect(await sessionOf({})).toEqual({
      id: 's',
      authenticatedAt: time,
      methods: [{ method: 'password', completedAt: time }],
      phones: [{ id: 'a', number: '+4915112345678', verifiedAt: time }],
    });
  });

  it.each([
    ['no id', { id: undefined }],
    ['no time', { authenticated_at: undefined }],
    ['a time that is none', { authenticated_at: 'now' }],
  ])('a session with %s is one that nothing is known of, and the identity is', async (_name, patch) => {
    expect(await sessionOf(patch)).toBeUndefined();
  });

  it('an entry that is not as documented is left out, and takes no other with it', async () => {
    const unverified = { ...phone, verified: false };
    const entries = [null, 7, { method: 'password' }, { method: '', completed_at: at }, ...methods];
    const addresses = [null, unverified, { ...phone, verified_at: null }, { ...phone, id: undefined }];
    const odd = { authentication_methods: entries, identity: { ...identity, verifiable_addresses: addresses } };
    expect(await sessionOf(odd)).toMatchObject({ methods: [{ method: 'password', completedAt: time }], phones: [] });
    expect(
      await sessionOf({ authentication_methods: 'x', identity: { ...identity, verifiable_addresses: {} } }),
    ).toMatchObject({
      methods: [],
      phones: [],
    });
  });

  it.each([
    [
      { created_at: at, credentials: { password: { updated_at: at } } },
      { createdAt: time, password: { updatedAt: time } },
    ],
    [{ credentials: { password: {} } }, { password: {} }],
    [{ created_at: at, credentials: { oidc: { updated_at: at } } }, { createdAt: time }],
  ])('the admin API says when an identity and its password came about: %j', async (body, times) => {
    const { client } = await stub(json(200, { id: ID, ...body }));
    expect(await client.payerCredentials(ID)).toEqual({ passkeys: [], unreadable: [], ...times });
  });
});
