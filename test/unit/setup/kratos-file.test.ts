import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { Environment } from '../../../webhook/config/problem.ts';
import { at, isTree, listAt, type Tree } from '../../../webhook/doctor/kratos-config/read.ts';
import { makeKratosFiles } from '../../../webhook/setup/index.ts';
import { config } from '../../support/service/environment.ts';

const folder = mkdtempSync(join(tmpdir(), 'kratos-file-'));
afterAll(() => rmSync(folder, { recursive: true }));

const SECRET = 'a "quoted" \\ secret: #1';

const OURS = {
  ORY_WEBHOOK_SECRET: SECRET,
  PUBLIC_URL: 'https://verify.example.com',
  KRATOS_PUBLIC_URL: 'https://auth.example.com',
};

const DEFAULTS: Parameters<typeof makeKratosFiles>[2] = {
  out: join(folder, 'out/kratos.yaml'),
  serviceUrl: 'http://bridge:3000',
  merge: undefined,
  templateFolder: undefined,
  inline: false,
  session: true,
};

async function make(options: Partial<typeof DEFAULTS> = {}, environment: Environment = {}) {
  const settings = { ...OURS, ...environment };
  const made = await makeKratosFiles(config(settings), settings.PUBLIC_URL, { ...DEFAULTS, ...options });
  const text = made.files[0].text;
  const tree: unknown = parse(text, { merge: true, maxAliasCount: -1 });
  if (!isTree(tree)) throw new Error('no configuration');
  return { ...made, text, tree };
}

let files = 0;

/** Merges a file of the operator. */
function merged(text: string, options: Partial<typeof DEFAULTS> = {}, environment: Environment = {}) {
  const path = join(folder, `kratos-${files++}.yml`);
  writeFileSync(path, text);
  return make({ ...options, merge: path }, environment);
}

const list = (flow: string, method?: string): string =>
  `/selfservice/flows/${flow}/after${method === undefined ? '' : `/${method}`}/hooks`;

/** The hooks of a list in short: the name, or the path that a web hook goes to. */
function short(tree: Tree, pointer: string): string[] {
  return listAt(tree, pointer).map((hook) => {
    const url = at(hook, '/config/url');
    return typeof url === 'string' ? new URL(url).pathname : String(at(hook, '/hook'));
  });
}

const own = (path: string, more: object = {}) => ({
  hook: 'web_hook',
  config: { url: `https://own.example.com${path}`, method: 'POST', body: 'base64://e30=', ...more },
});

const flowsAfter = (flows: Record<string, object>) => ({
  selfservice: { flows: Object.fromEntries(Object.entries(flows).map(([flow, lists]) => [flow, { after: lists }])) },
});

describe('kratos-config without a file of the operator', () => {
  it('ory-actions.yaml is filled in, whatever characters the secret has, and its comments stay', async () => {
    const { tree, text, files: written } = await make();
    expect(at(tree, `${list('login')}/0/config/auth/config/value`)).toBe(SECRET);
    expect(at(tree, '/selfservice/flows/registration/after/default_browser_return_url')).toBe(
      'https://verify.example.com/jumio/verify',
    );
    expect(at(tree, `${list('recovery')}/0/config/url`)).toBe('http://bridge:3000/jumio/validate');
    expect(text).not.toMatch(/<[A-Z_]+>/);
    expect(text).toContain('# The gate. `can_interrupt` is what turns its refusal into a text for the person.');
    expect(written.map(({ holdsSecret }) => holdsSecret)).toEqual([true, false, false, false, false]);
  });

  it('the templates lie beside it, or where --jsonnet-dir says, or inside', async () => {
    const body = async (options: object) => at((await make(options)).tree, `${list('login')}/0/config/body`);
    expect(await body({})).toBe(`file://${folder}/out/jsonnet/validate.jsonnet`);
    expect(await body({ templateFolder: '/etc/kratos/jsonnet' })).toBe('file:///etc/kratos/jsonnet/validate.jsonnet');
    expect(await body({ inline: true })).toMatch(/^base64:\/\/[\w+/=]+$/);
    expect((await make({ inline: true })).files).toHaveLength(1);
  });

  it('without sessions no list of the sign-up has `session`', async () => {
    const { tree, text } = await make({ session: false });
    expect(short(tree, list('registration', 'oidc'))).toEqual(['/eid/assurance', '/jumio/initiate']);
    expect(text).not.toContain('hook: session');
    expect((await make()).text).toContain('hook: session');
  });
});

const GLOBAL = { hooks: [own('/global')] };

/** Hooks of the operator in every flow, in lists of methods and of all methods. */
const EVERYWHERE = stringify(
  flowsAfter({
    registration: { ...GLOBAL, password: { hooks: [{ hook: 'session' }, own('/registered')] } },
    login: {
      ...GLOBAL,
      password: {
        hooks: [own('/signed-in'), { hook: 'require_verified_address' }, { hook: 'revoke_active_sessions' }],
      },
      totp: { hooks: [own('/second-factor')] },
    },
    recovery: { hooks: [own('/recovered'), { hook: 'revoke_active_sessions' }] },
    settings: { ...GLOBAL, password: { hooks: [own('/changed')] } },
    verification: { hooks: [own('/confirmed')] },
  }),
);

describe('kratos-config with a file of the operator', () => {
  it('every hook of the operator stays in its list, and runs for each method that it ran for', async () => {
    const { tree } = await merged(EVERYWHERE);
    expect(
      Object.fromEntries(
        [
          list('registration'),
          list('registration', 'password'),
          list('registration', 'oidc'),
          list('registration', 'code'),
          list('login'),
          list('login', 'password'),
          list('login', 'totp'),
          list('login', 'code'),
          list('recovery'),
          list('settings'),
          list('settings', 'oidc'),
          list('settings', 'password'),
          list('verification'),
        ].map((pointer) => [pointer.replace('/selfservice/flows/', ''), short(tree, pointer)]),
      ),
    ).toEqual({
      'registration/after/hooks': ['/jumio/initiate', '/global'],
      'registration/after/password/hooks': ['/jumio/initiate', 'session', '/registered'],
      'registration/after/oidc/hooks': ['/eid/assurance', '/jumio/initiate', '/global'],
      'registration/after/code/hooks': ['/jumio/initiate', '/global'],
      'login/after/hooks': ['/jumio/validate', '/global'],
      'login/after/password/hooks': [
        '/signed-in',
        'require_verified_address',
        '/jumio/validate',
        'revoke_active_sessions',
      ],
      'login/after/totp/hooks': ['/jumio/validate', '/second-factor'],
      'login/after/code/hooks': ['/jumio/validate', '/global'],
      'recovery/after/hooks': ['/jumio/validate', '/recovered', 'revoke_active_sessions'],
      'settings/after/hooks': ['/global'],
      'settings/after/oidc/hooks': ['/eid/link', '/global'],
      'settings/after/password/hooks': ['/changed'],
      'verification/after/hooks': ['/confirmed'],
    });
  });

  it('it says which hooks it kept', async () => {
    const { kept } = await merged(EVERYWHERE);
    expect(kept).toContain(
      'selfservice.flows.registration.after.password.hooks: `session`, `web_hook` to https://own.example.com/registered',
    );
    expect(kept).toContain(
      'selfservice.flows.login.after.code.hooks: `web_hook` to https://own.example.com/global, which ran from the list of all methods',
    );
  });

  it('a hook that never ran in the list of all methods does not begin to run', async () => {
    const { tree } = await merged(
      stringify(flowsAfter({ registration: { hooks: [own('/early', { can_interrupt: true })] } })),
    );
    expect(short(tree, list('registration'))).toEqual(['/jumio/initiate', '/early']);
    expect(short(tree, list('registration', 'password'))).toEqual(['/jumio/initiate', 'session']);
  });

  it('a second run changes nothing but the secret and the address', async () => {
    const first = await merged(EVERYWHERE);
    const second = await merged(first.text, { serviceUrl: 'http://elsewhere:3000' });
    expect(stringify(second.tree)).toBe(
      stringify(first.tree).replaceAll('http://bridge:3000', 'http://elsewhere:3000'),
    );
  });

  it('comments stay, in lists too; aliases and merge keys are written out', async () => {
    const text = `# On top.
selfservice:
  flows:
    login:
      after:
        hooks: &hooks # Ours.
          # Audit.
          - hook: web_hook
            config: { url: https://own.example.com/audit, method: GET }
        password: { hooks: *hooks }
    recovery:
      after: &after
        hooks:
          - hook: revoke_active_sessions
    settings:
      after:
        <<: *after
        profile: { hooks: [] }
`;
    const { tree, text: out } = await merged(text);
    for (const comment of ['# On top.', '# Ours.', '# Audit.']) expect(out).toContain(comment);
    expect(short(tree, list('login', 'password'))).toEqual(['/jumio/validate', '/audit']);
    expect(short(tree, list('login'))).toEqual(['/jumio/validate', '/audit']);
    expect(short(tree, list('recovery'))).toEqual(['/jumio/validate', 'revoke_active_sessions']);
    expect(short(tree, list('settings'))).toEqual(['revoke_active_sessions']);
  });

  it('redirects and cookies that the pages need are set, and said', async () => {
    const { tree, changed, open } = await merged(
      stringify({
        ...flowsAfter({ registration: { default_browser_return_url: 'https://app.example.com/' } }),
        cookies: { same_site: 'Strict' },
      }),
    );
    expect(at(tree, '/cookies')).toEqual({ same_site: 'Lax' });
    expect(open.join()).toContain('cookies.domain: example.com');
    expect(at(tree, '/selfservice/allowed_return_urls')).toEqual(['https://verify.example.com']);
    expect(changed).toContain('cookies.same_site is Strict: use Lax');
    expect(changed.join()).toContain('default_browser_return_url is https://app.example.com/');
  });

  it('the cookie domain is set where one of the hosts is it, and never to what may be a public suffix', async () => {
    const domain = async (ours: string, kratos: string) => {
      const { tree, open } = await merged('{}', {}, { PUBLIC_URL: ours, KRATOS_PUBLIC_URL: kratos });
      return [at(tree, '/cookies/domain'), open.length];
    };
    expect(await domain('https://verify.co.uk', 'https://auth.co.uk')).toEqual([undefined, 1]);
    expect(await domain('https://verify.example.com', 'https://example.com')).toEqual(['example.com', 0]);
  });

  it('what a merge key brings stays, in a list of hooks and beside it', async () => {
    const text = `x-flows: &flows
  registration: { enabled: false, ui_url: https://a.example.com }
  login: &login { lifespan: 5m, after: { hooks: [{ hook: revoke_active_sessions }] } }
x-more: &more
  <<: *login
  style: unified # Unified.
selfservice:
  flows:
    <<: *flows
    # Both.
    login:
      <<: [*more, *login]
      ui_url: https://own.example.com # Ours.
    verification: *more
`;
    const { tree, text: out } = await merged(text);
    expect(at(tree, '/selfservice/flows/registration')).toMatchObject({
      enabled: false,
      ui_url: 'https://a.example.com',
    });
    expect(at(tree, '/selfservice/flows/login')).toMatchObject({
      lifespan: '5m',
      style: 'unified',
      ui_url: 'https://own.example.com',
    });
    expect(short(tree, list('login'))).toEqual(['/jumio/validate', 'revoke_active_sessions']);
    expect(short(tree, list('login', 'code'))).toEqual(['/jumio/validate', 'revoke_active_sessions']);
    expect(short(tree, list('verification'))).toEqual(['revoke_active_sessions']);
    expect(at(tree, '/x-flows/login/after/hooks')).toEqual([{ hook: 'revoke_active_sessions' }]);
    for (const comment of ['# Both.', '# Ours.', '# Unified.']) expect(out).toContain(comment);
    expect(out).not.toMatch(/<<|\*login/);
  });

  it('keys without a value are no obstacle; another value is named', async () => {
    const { tree } = await merged('selfservice:\n  flows:\n    login:\n      after:\n        password:\n');
    expect(short(tree, list('login', 'password'))).toEqual(['/jumio/validate']);
    const wrong = merged('selfservice: { flows: { login: { after: none } } }');
    await expect(wrong).rejects.toThrow(/yml: expected a map at selfservice\.flows\.login\.after/);
    await expect(wrong).rejects.toMatchObject({ name: 'UnreadableConfig' });
  });

  it('a hook of the operator stays, also where its path ends like one of ours', async () => {
    const theirs = { hook: 'web_hook', config: { url: 'https://kyc.example.com/jumio/validate', method: 'POST' } };
    const assurance = { hook: 'web_hook', config: { url: 'https://kyc.example.com/eid/assurance', method: 'POST' } };
    const text = stringify(
      flowsAfter({ login: { hooks: [theirs] }, registration: { oidc: { hooks: [assurance, { hook: 'session' }] } } }),
    );
    const { tree, replaced } = await merged(text);
    expect(listAt(tree, list('login'))[1]).toEqual(theirs);
    expect(listAt(tree, list('login', 'totp'))[1]).toEqual(theirs);
    expect(listAt(tree, list('registration', 'oidc'))[2]).toEqual(assurance);
    expect(replaced).toEqual([]);
  });

  it('older hooks of this service are recognised by address or header, and each that goes is named', async () => {
    const header = { type: 'api_key', config: { in: 'header', name: 'X-Webhook-Secret', value: 'an-older-secret' } };
    const before = [
      own('/jumio/validate', { auth: header }),
      own('/jumio/validate', { headers: { Authorization: `Bearer ${SECRET}` } }),
      { hook: 'web_hook', config: { url: 'http://bridge:3000/jumio/validate' } },
      { hook: 'web_hook', config: { url: 'https://verify.example.com/jumio/validate' } },
      own('/jumio/validate', { headers: { Authorization: 'Bearer of-another-service' } }),
    ];
    const { tree, replaced } = await merged(stringify(flowsAfter({ login: { hooks: before } })));
    expect(listAt(tree, list('login')).slice(1)).toEqual(before.slice(4));
    expect(replaced).toEqual([
      'selfservice.flows.login.after.hooks: `web_hook` to https://own.example.com/jumio/validate, ' +
        '`web_hook` to https://own.example.com/jumio/validate, `web_hook` to http://bridge:3000/jumio/validate, ' +
        '`web_hook` to https://verify.example.com/jumio/validate',
    ]);
  });

  it('`session` that is added is said, list by list', async () => {
    const { changed } = await merged(
      stringify(flowsAfter({ registration: { password: { hooks: [own('/registered')] } } })),
    );
    const added = changed.filter((line) => line.includes('`session` is added'));
    expect(added.map((line) => /after\.(\w+)\.hooks/.exec(line)?.[1])).toEqual(['oidc', 'code', 'webauthn', 'passkey']);
  });

  it('where the policy refuses who has just signed up no list has `session`, and that is said', async () => {
    const strict = { POLICY_FILE: 'docs/examples/policy.verified-first.yaml' };
    const { tree, text, changed } = await merged(EVERYWHERE, {}, strict);
    expect(text).not.toContain('hook: session');
    expect(short(tree, list('registration', 'password'))).toEqual(['/jumio/initiate', '/registered']);
    expect(changed.join()).toContain('`session` is removed, because the policy refuses people whose status is');
    const none = await merged('{}', {}, strict);
    expect(none.text).not.toContain('hook: session');
    expect(none.changed.join()).toContain('`session` is in no list of the sign-up, because the policy refuses');
    expect((await make({}, strict)).text).not.toContain('hook: session');
  });

  it('an address that must be verified is asked for before the gate, also where a method inherits it', async () => {
    const hooks = [own('/signed-in'), { hook: 'require_verified_address' }, { hook: 'revoke_active_sessions' }];
    const { tree } = await merged(stringify(flowsAfter({ login: { hooks } })));
    const expected = ['/signed-in', 'require_verified_address', '/jumio/validate', 'revoke_active_sessions'];
    expect(short(tree, list('login'))).toEqual(expected);
    for (const method of ['password', 'code', 'lookup_secret'])
      expect(short(tree, list('login', method))).toEqual(expected);
  });

  it('a file that is to be JSON is JSON', async () => {
    const { files: made, tree } = await merged(JSON.stringify({ dsn: 'memory' }), { out: join(folder, 'kratos.json') });
    expect(JSON.parse(made[0].text)).toEqual(tree);
    expect(tree.dsn).toBe('memory');
    const alone = await make({ out: join(folder, 'kratos.json') });
    expect(JSON.parse(alone.text)).toEqual(alone.tree);
  });

  it('on request `session` is removed everywhere, and that is said', async () => {
    const { tree, changed } = await merged(EVERYWHERE, { session: false });
    expect(short(tree, list('registration', 'password'))).toEqual(['/jumio/initiate', '/registered']);
    expect(changed).toContain(
      'selfservice.flows.registration.after.password.hooks: `session` is removed, as --no-session asks',
    );
  });

  it.each([
    ['no map', '- a'],
    ['not YAML', 'a: ['],
  ])('a file that is no configuration is refused (%s)', async (_name, text) => {
    await expect(merged(text)).rejects.toThrow('it holds no configuration');
  });

  it('a file that is not there is named', async () => {
    await expect(make({ merge: join(folder, 'none.yml') })).rejects.toThrow('none.yml: ENOENT');
  });
});
