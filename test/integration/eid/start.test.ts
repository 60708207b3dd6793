import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../../../sandbox/kratos/real/ports.ts';
import { startService } from '../../../sandbox/stack/service.ts';
import { createEidClient } from '../../../webhook/eid/client.ts';
import { logProviderProblems } from '../../../webhook/eid/provider-check.ts';
import { createLogger } from '../../../webhook/logging.ts';
import { type EidIssuer, startEidIssuer } from '../../support/fakes/eid-issuer.ts';
import { raw } from '../../support/fakes/http-server.ts';
import { MINIMAL } from '../../support/service/environment.ts';
import { eventually } from '../../support/service/eventually.ts';

/** The log lines of the start about a provider with these changes of its document. */
async function startLog(over: object, ours: { levels?: string[] } = {}): Promise<string[]> {
  const issuer = await startEidIssuer();
  const document = { issuer: issuer.issuer, jwks_uri: `${issuer.issuer}/jwks`, ...over };
  answerWith(issuer, 200, JSON.stringify(document));
  return linesOf(issuer, ours);
}

function answerWith(issuer: EidIssuer, status: number, body: string): void {
  issuer.instead['/.well-known/openid-configuration'] = raw(status, body);
}

async function linesOf({ issuer }: EidIssuer, { levels = [] }: { levels?: string[] } = {}): Promise<string[]> {
  const lines: string[] = [];
  const log = createLogger('info', { write: (line) => void lines.push(line) });
  const providers = { mobile: { issuer, client_id: 'bridge', levels } };
  const client = createEidClient({ providers, userAgent: 'Test/1', deadline: 1_000, now: Date.now });
  await logProviderProblems({ client, providers }, log);
  return lines.map((line) => JSON.parse(line).msg);
}

describe('warnings about an eID provider at start', () => {
  it('a correct eID provider causes no warning at start', async () => {
    const acr_values_supported = ['loa-2', 'loa-3'];
    const token_endpoint_auth_methods_supported = ['private_key_jwt', 'client_secret_post'];
    expect(
      await startLog({ acr_values_supported, token_endpoint_auth_methods_supported }, { levels: ['loa-3'] }),
    ).toEqual([]);
  });

  it('a level that the provider does not know is named', async () => {
    const lines = await startLog({ acr_values_supported: ['loa-2', 'loa-3'] }, { levels: ['loa-3', 'loa-7'] });
    expect(lines).toEqual([expect.stringMatching(/^eID provider mobile: .*does not have loa-7\./)]);
  });

  it('a provider that publishes no levels causes no warning about levels', async () => {
    expect(await startLog({}, { levels: ['loa-7'] })).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    ['another issuer', { issuer: 'https://elsewhere.example' }, /names another issuer/],
    [
      'no client authentication that Kratos can do',
      { token_endpoint_auth_methods_supported: ['private_key_jwt'] },
      /client_secret_post.*private_key_jwt/,
    ],
    ['encryption', { id_token_encryption_alg_values_supported: ['RSA-OAEP'] }, /encrypt.*ask the provider \(itsme/],
  ])('says one line of %s', async (_name, over, line) => {
    expect(await startLog(over)).toEqual([expect.stringMatching(line)]);
  });

  it('a warning about a provider contains nothing of its document', async () => {
    const lines = await startLog({
      issuer: 'https://canary-of-a-body.example',
      acr_values_supported: ['canary-of-a-body'],
    });
    expect(lines.join()).not.toContain('canary');
  });

  it.each<[string, number, string, RegExp]>([
    ['is down', 503, '', /cannot be read: eid discovery: status 503/],
    ['is HTML', 200, '<html>', /cannot be read: eid discovery: unusable/],
  ])('says that the document %s', async (_name, status, body, line) => {
    const issuer = await startEidIssuer();
    answerWith(issuer, status, body);
    expect(await linesOf(issuer)).toEqual([expect.stringMatching(line)]);
  });

  it('a warning about a provider appears after the service is ready, and never prevents the start', async () => {
    const [port, refusingPort] = [await freePort(), await freePort()];
    const lines: string[] = [];
    const mobile = `mobile: { issuer: "http://127.0.0.1:${refusingPort}", client_id: bridge }`;
    const DATABASE_URL = `file:${join(mkdtempSync(join(tmpdir(), 'eid-start-')), 'ledger.sqlite')}`;
    const env = { ...MINIMAL, DATABASE_URL, PORT: String(port), HOST: '127.0.0.1', EID_PROVIDERS: mobile };
    const onLog = (line: string): void => void lines.push(line);
    const service = await startService({
      env: Object.fromEntries(Object.entries(env).map(([k, v]) => [k, v ?? ''])),
      onLog,
    });
    onTestFinished(() => service.stop());
    await eventually(() => expect(lines.join('\n')).toMatch(/eID provider mobile: .*unreachable/));
  });
});
