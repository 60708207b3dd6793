import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { validate } from '../../support/clients/calls.ts';
import { gateMessage } from '../../support/clients/gate-message.ts';
import { buildTestService, type TestService, testService } from '../../support/service/service.ts';

const shown = z.object({ messages: z.tuple([z.object({ messages: z.tuple([z.object({ text: z.string() })]) })]) });

let service: TestService;

beforeAll(async () => {
  service = await buildTestService({ env: { TEXTS: 'fr:\n  block.rejected: Appelez le 0 800 123 456.\n' } });
});

afterAll(() => service.close());

async function refused(details: object, by = service) {
  const answer = await validate(by, {
    kratos_identity_id: randomUUID(),
    metadata_public: { jumio: { status: 'rejected' } },
    ...details,
  });
  expect(answer.statusCode).toBe(403);
  return answer;
}

async function textFor(acceptLanguage: unknown): Promise<string> {
  const answer = await refused({ accept_language: acceptLanguage });
  expect(answer.json()).toEqual(gateMessage(4990001, 'rejected'));
  return shown.parse(answer.json()).messages[0].messages[0].text;
}

const ENGLISH = 'You cannot sign in because we could not verify your identity.';

describe('language of the gate’s refusal', () => {
  it.each([
    ['en-GB,en;q=0.9', ENGLISH],
    ['de-CH, en;q=0.5', 'Sie können sich nicht anmelden, weil wir Ihre Identität nicht bestätigen konnten.'],
    ['fr', 'Appelez le 0 800 123 456.'],
    ['es-ES,es;q=0.9', 'No puede iniciar sesión porque no hemos podido verificar su identidad.'],
    ['tlh', ENGLISH],
    ['', ENGLISH],
    [undefined, ENGLISH],
    [null, ENGLISH],
    [7, ENGLISH],
    [['de'], ENGLISH],
    [';q=,"\\u0000', ENGLISH],
  ])('a refusal for a browser with the languages %j is in that language', async (acceptLanguage, text) => {
    expect(await textFor(acceptLanguage)).toBe(text);
  });

  it.each([
    ['en', 'help@acme.example', / Contact support at help@acme\.example to find out more\.$/],
    ['de', 'help@acme.example', / Der Support hilft Ihnen unter help@acme\.example weiter\.$/],
    ['fr', 'help@acme.example', / L’assistance peut vous aider à l’adresse help@acme\.example si besoin\.$/],
    [
      'es',
      'https://acme.example/help?a=1&b',
      / Atención al cliente puede ayudarle en https:\/\/acme\.example\/help\?a=1&b si lo necesita\.$/,
    ],
  ])('a refusal in %s names the support address: %s', async (accept_language, SUPPORT_ADDRESS, text) => {
    const helpful = await testService({ env: { SUPPORT_ADDRESS, POLICY: 'rules: [{ then: block }]' } });
    const answer = await refused({ accept_language }, helpful);
    expect(shown.parse(answer.json()).messages[0].messages[0].text).toMatch(text);
    const inReview = await refused({ metadata_public: { jumio: { status: 'review' } } }, helpful);
    expect(inReview.body).not.toContain('acme.example');
  });

  it('a refusal with a very long accept-language costs no extra time', async () => {
    await textFor('de');
    const before = performance.now();
    expect(await textFor(`${'de-DE;q=0.001,'.repeat(50_000)}fr`)).toMatch(/^Sie /);
    expect(performance.now() - before).toBeLessThan(2_000);
  });

  it('a refusal of an invalid request is in the language of the browser', async () => {
    const answer = await refused({ kratos_identity_id: 'nobody', accept_language: 'es' });
    expect(answer.json()).toEqual(gateMessage(4990004, 'unknown'));
    expect(answer.body).toContain('Vuelva a iniciar sesión dentro de unos minutos.');
  });
});
