import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { startTwilioSandbox } from '../../../sandbox/twilio/start.ts';

/** A year ago: what is old counts. */
const LONG_AGO = new Date(Date.now() - 31_536_000_000).toISOString();

/** A Kratos that knows one payer at once, and a Twilio. Both answer at once: what is measured is our own time. */
export interface BenchUpstreams {
  readonly env: Readonly<Record<string, string>>;
  readonly kratosUrl: string;
  /** Makes somebody the payer behind every session. */
  readonly signIn: (identityId: string, copy: unknown) => void;
  /** The code that was sent last. */
  readonly lastCode: () => Promise<string>;
  readonly stop: () => Promise<void>;
}

interface Person {
  readonly id: string;
  readonly copy: unknown;
  readonly sessionId: string;
  readonly number: string;
}

function whoamiOf({ id, copy, sessionId, number }: Person): object {
  const now = new Date().toISOString();
  const phone = { id: randomUUID(), value: number, via: 'sms', verified: true, verified_at: LONG_AGO };
  return {
    id: sessionId,
    active: true,
    authenticated_at: now,
    authenticator_assurance_level: 'aal1',
    authentication_methods: [{ method: 'password', aal: 'aal1', completed_at: now }],
    identity: {
      id,
      schema_id: 'default',
      state: 'active',
      created_at: LONG_AGO,
      traits: {},
      metadata_public: { jumio: copy },
      verifiable_addresses: [{ ...phone, id: `phone-of-${number}` }],
    },
  };
}

function credentialsOf({ id }: Person): object {
  return { id, created_at: LONG_AGO, credentials: { password: { updated_at: LONG_AGO } } };
}

/** Starts both. */
export async function startUpstreams(): Promise<BenchUpstreams> {
  const twilio = await startTwilioSandbox();
  let people = 0;
  let person: Person | undefined;
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    const isWhoami = request.url?.endsWith('/sessions/whoami');
    const found = person && (isWhoami ? whoamiOf(person) : credentialsOf(person));
    response.writeHead(found === undefined ? 401 : 200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(found ?? {}));
  };
  const kratos = createServer(answer);
  await new Promise<void>((resolve) => kratos.listen(0, '127.0.0.1', resolve));
  const address = kratos.address();
  const kratosUrl = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`;
  return {
    kratosUrl,
    env: {
      BENCH_KRATOS_URL: kratosUrl,
      TWILIO_VERIFY_URL: twilio.url,
    },
    signIn: (id, copy) => {
      people += 1;
      person = { id, copy, sessionId: randomUUID(), number: `+49152${10_000_000 + people}` };
    },
    lastCode: async () => {
      const text = await (await fetch(`${twilio.url}/control/messages`)).text();
      return /.*"code":"(\d+)"/s.exec(text)?.[1] ?? '';
    },
    stop: async () => {
      await twilio.stop();
      kratos.closeAllConnections();
      await new Promise((resolve) => kratos.close(resolve));
    },
  };
}
