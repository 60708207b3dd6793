import { describe, expect, it } from 'vitest';
import { config, problems, wrongNames } from '../../support/service/environment.ts';

describe('URLs in the configuration', () => {
  it.each(['localhost:4434', '127.0.0.1:4434', '//host', 'host', 'ftp://host', 'javascript:alert(1)', 'http://'])(
    'the URL %j is refused',
    (value) => {
      for (const name of [
        'KRATOS_ADMIN_URL',
        'JUMIO_AUTH_URL',
        'JUMIO_API_BASE_URL',
        'KRATOS_PUBLIC_URL',
        'DEFAULT_RETURN_URL',
      ])
        expect(wrongNames({ [name]: value }), name).toEqual([name]);
    },
  );

  it('JUMIO_PORTAL_URL is a URL with a place for the id of the execution', () => {
    const right = 'https://portal.example.com/{account}/{execution}';
    expect(config({ JUMIO_PORTAL_URL: right }).JUMIO_PORTAL_URL).toBe(right);
    for (const wrong of ['https://portal.example.com/', 'portal.example.com/{execution}', 'javascript:{execution}'])
      expect(wrongNames({ JUMIO_PORTAL_URL: wrong }), wrong).toEqual(['JUMIO_PORTAL_URL']);
  });

  it('ALLOWED_RETURN_URLS may be a list', () => {
    const list = 'https://a.example/app, http://b.example';
    expect(config({ ALLOWED_RETURN_URLS: list }).ALLOWED_RETURN_URLS).toEqual([
      'https://a.example/app',
      'http://b.example',
    ]);
    expect(wrongNames({ ALLOWED_RETURN_URLS: 'https://a.example,' })).toEqual(['ALLOWED_RETURN_URLS']);
  });

  it.each(['myapp://verified', 'com.example.app:/verified', 'my-app+test.1://verified?from=jumio'])(
    'ALLOWED_RETURN_URLS may have a deep link of a native application: %s',
    (link) => {
      const list = `https://a.example,${link}`;
      expect(config({ ALLOWED_RETURN_URLS: list }).ALLOWED_RETURN_URLS).toEqual(['https://a.example', link]);
    },
  );

  it.each([
    '*',
    'https://*',
    'https://*.example.com',
    'https://app.example.com/*',
    'myapp://*',
    'myapp:verified',
    'myapp://',
    'myapp://ver ified',
    'myapp:\\\\verified',
    'javascript://a.example/%0aalert(1)',
    'JAVASCRIPT:/alert(1)',
    'data://text/html',
    'file:///etc/passwd',
    'blob:/x',
    'intent://verified#Intent;end',
    'https://',
    '/relative',
  ])('ALLOWED_RETURN_URLS refuses %j, and prints this entry alone', (entry) => {
    const seen = problems({ ALLOWED_RETURN_URLS: `https://a.example, ${entry}, myapp://verified` });
    expect(seen).toMatchObject([{ name: 'ALLOWED_RETURN_URLS', seen: JSON.stringify(entry) }]);
    expect(seen[0]?.expected).toMatch(entry.includes('*') ? /`\*` stands for nothing/ : /myapp:\/\/verified/);
  });

  it('ALLOWED_RETURN_URLS prints every entry that it refuses, and no password of one', () => {
    const list = 'https://u:canary@*.example, ftp://u:can/ary@b.example, *';
    const shown = problems({ ALLOWED_RETURN_URLS: list }).map(({ seen }) => seen);
    expect(shown).toEqual(['"https://…@*.example"', '"ftp://…@b.example"', '"*"']);
  });

  it.each([
    'http://verify.example.com',
    'https://verify.example.com:8443',
    'https://203.0.113.7',
    'https://[2001:db8::1]',
  ])('a PUBLIC_URL that Jumio would refuse is refused at start: %s', (publicUrl) => {
    expect(wrongNames({ PUBLIC_URL: publicUrl })).toEqual(['PUBLIC_URL']);
    expect(wrongNames({ PUBLIC_URL: publicUrl, JUMIO_API_BASE_URL: 'http://127.0.0.1:4000' })).toEqual([]);
  });

  it('a PUBLIC_URL that Jumio accepts is accepted', () => {
    expect(config({ PUBLIC_URL: 'https://verify.example.com' }).PUBLIC_URL).toBe('https://verify.example.com');
    expect(config({ PUBLIC_URL: 'https://verify.example.com:443/' }).PUBLIC_URL).toBe(
      'https://verify.example.com:443/',
    );
  });
});

describe('https in the configuration', () => {
  it.each([
    ['JUMIO_AUTH_URL', 'http://auth.emea-1.jumio.ai/oauth2/token'],
    ['JUMIO_API_BASE_URL', 'http://api.emea-1.jumio.ai/api/v1'],
    ['JUMIO_API_BASE_URL', 'http://api.emea-1.jumio.ai./api/v1'],
    ['JUMIO_RETRIEVAL_BASE_URL', 'http://retrieval.emea-1.jumio.ai'],
    ['KRATOS_ADMIN_URL', 'http://slug.projects.oryapis.com'],
    ['KRATOS_ADMIN_URL', 'http://SLUG.Projects.OryApis.com'],
    ['KRATOS_PUBLIC_URL', 'http://slug.projects.oryapis.com'],
    ['KRATOS_ADMIN_URL', 'http://kratos.ory.sh'],
  ])('a URL of Jumio or Ory without https is refused: %s=%s', (name, value) => {
    const [problem, ...others] = problems({ [name]: value });
    expect(others).toEqual([]);
    expect(problem).toMatchObject({ name, seen: new URL(value).origin });
    expect(problem?.expected).toContain('https');
  });

  it.each([
    ['JUMIO_AUTH_URL', 'http://auth.emea-1.jumio.ai.example.com'],
    ['KRATOS_ADMIN_URL', 'http://notoryapis.com'],
  ])('a host that only looks like one of Jumio or Ory may be without https: %s=%s', (name, value) => {
    expect(wrongNames({ [name]: value, JUMIO_API_BASE_URL: 'http://127.0.0.1:4000' })).toEqual([]);
  });

  it.each(['http://kratos.example.com', 'http://203.0.113.7:4434', 'http://[2001:db8::1]:4434', 'http://172.32.0.1'])(
    'ORY_API_KEY for a URL that leaves the network without https is refused: %s',
    (KRATOS_ADMIN_URL) => {
      expect(wrongNames({ KRATOS_ADMIN_URL, ORY_API_KEY: 'ory_pat_x' })).toEqual(['KRATOS_ADMIN_URL']);
      expect(wrongNames({ KRATOS_ADMIN_URL })).toEqual([]);
    },
  );

  it.each([
    'https://kratos.example.com',
    'http://localhost:4434',
    'http://kratos:4434',
    'http://kratos.ns.svc.cluster.local',
    'http://kratos.internal',
    'http://10.0.0.4:4434',
    'http://172.16.0.1',
    'http://[::1]:4434',
    'http://[fd00::1]',
  ])('ORY_API_KEY for https, or for a host inside, is accepted: %s', (KRATOS_ADMIN_URL) => {
    expect(wrongNames({ KRATOS_ADMIN_URL, ORY_API_KEY: 'ory_pat_x' })).toEqual([]);
  });

  it.each([
    'https://auth.amer-1.jumio.ai/oauth2/token',
    'https://auth.example.com/oauth2/token',
    'https://auth.emea-1.jumio.ai.example.com/oauth2/token',
    'https://jumio.ai/oauth2/token',
  ])('a token endpoint outside the data centre of the API is refused: %s', (JUMIO_AUTH_URL) => {
    const [problem, ...others] = problems({ JUMIO_AUTH_URL });
    expect(others).toEqual([]);
    expect(problem?.name).toBe('JUMIO_AUTH_URL');
    expect(problem?.expected).toContain('https://auth.emea-1.jumio.ai/oauth2/token');
  });

  it('a token endpoint beside a gateway in place of Jumio’s API is accepted', () => {
    const gateway = { JUMIO_API_BASE_URL: 'https://jumio-gateway.example.com' };
    expect(wrongNames({ ...gateway, JUMIO_AUTH_URL: 'https://jumio-gateway.example.com/oauth2/token' })).toEqual([]);
    expect(wrongNames(gateway)).toEqual([]);
  });
});

describe('numbers, lifetimes and lists of proxies', () => {
  it.each([
    ['PORT', '0'],
    ['PORT', '65535'],
    ['JUMIO_ACCOUNT_RATE', '0.5'],
    ['JUMIO_RETRIEVAL_RATE', '1000'],
    ['JUMIO_LINK_LIFETIME', '5m'],
    ['JUMIO_LINK_LIFETIME', '60d'],
    ['JUMIO_LINK_LIFETIME', '300s'],
    ['TRUSTED_PROXIES', '10.0.0.1, 192.168.0.0/16,::1,fd00::/8'],
    ['DATABASE_URL', 'postgres://user@db/ledger'],
    ['DATABASE_URL', 'postgresql://user@db/ledger'],
  ])('%s=%s is accepted', (name, value) => {
    expect(wrongNames({ [name]: value })).toEqual([]);
  });

  it.each([
    ['PORT', 'x'],
    ['PORT', '-1'],
    ['PORT', '3000.5'],
    ['PORT', '65536'],
    ['PORT', '0x10'],
    ['JUMIO_ACCOUNT_RATE', '-1'],
    ['JUMIO_ACCOUNT_BURST', '0'],
    ['JUMIO_RETRIEVAL_RATE', 'NaN'],
    ['JUMIO_RETRIEVAL_RATE', '1e3'],
    ['JUMIO_LINK_LIFETIME', '4m'],
    ['JUMIO_LINK_LIFETIME', '61d'],
    ['JUMIO_LINK_LIFETIME', '1w'],
    ['JUMIO_LINK_LIFETIME', '1'],
    ['JUMIO_LINK_LIFETIME', '-1d'],
    ['TRUSTED_PROXIES', 'proxy.example'],
    ['TRUSTED_PROXIES', '10.0.0.1/'],
    ['TRUSTED_PROXIES', 'true'],
    ['DATABASE_URL', 'file:'],
    ['DATABASE_URL', './ledger.sqlite'],
    ['JUMIO_WORKFLOW_KEY', '10011;'],
  ])('%s=%s is refused', (name, value) => {
    expect(wrongNames({ [name]: value })).toEqual([name]);
  });

  it('the link lifetime is given in milliseconds', () => {
    expect(config({ JUMIO_LINK_LIFETIME: '30m' }).linkLifetimeMs).toBe(1_800_000);
    expect(config({ JUMIO_LINK_LIFETIME: '2h' }).linkLifetimeMs).toBe(7_200_000);
  });
});

describe('documents in the configuration', () => {
  it('an eID provider with a mapping in the place of a text is a problem of EID_PROVIDERS', () => {
    const providers = ['client_id: { length: { toString: 1 } }', 'client_id: c, levels: [{ length: { toString: 1 } }]'];
    for (const provider of providers)
      expect(wrongNames({ EID_PROVIDERS: `itsme: { issuer: https://i.example, ${provider} }` })).toEqual([
        'EID_PROVIDERS',
      ]);
  });
});
