import { onTestFinished } from 'vitest';
import { type Answering, type AnsweringServer, json, startAnsweringServer } from '../fakes/http-server.ts';
import type { TestServiceOptions } from '../service/service.ts';
import { CANARIES, HOSTED_LINK } from './canaries.ts';

const ACCOUNT = '0b6d0c1e-7b0c-4a57-9a6d-2f0a3a1c9e01';

/** Both upstreams behind real sockets, with canaries in their answers. */
export interface CanaryNeighbours {
  readonly jumio: AnsweringServer;
  readonly kratos: AnsweringServer;
  /** Replaces the answers of an upstream while set, except those to token calls. */
  readonly instead: { jumio?: Answering | undefined; kratos?: Answering | undefined };
  /** The reference in the last create call. */
  reference(): string;
  executionId(): string;
  /** Options of a service with real clients for these upstreams. */
  readonly options: TestServiceOptions;
}

function started(executionId: string) {
  return {
    account: { id: ACCOUNT },
    web: { href: HOSTED_LINK },
    sdk: { token: CANARIES.sdkToken },
    workflowExecution: {
      id: executionId,
      credentials: [{ category: 'ID', api: { token: CANARIES.transactionToken } }],
    },
  };
}

function identity(id: string) {
  const traits = { email: CANARIES.email, name: { first: CANARIES.trait } };
  return {
    id,
    traits,
    metadata_public: { note: CANARIES.trait, jumio: { status: 'pending' } },
    recovery: CANARIES.email,
  };
}

/** @param personId the identity of every session cookie */
export async function startCanaryNeighbours(personId: string): Promise<CanaryNeighbours> {
  const instead: CanaryNeighbours['instead'] = {};
  let starts = 0;
  let reference = '';
  const executionId = () => `7c1b5b0e-55f2-4a0c-8f56-${String(starts).padStart(12, '0')}`;

  const jumio = await startAnsweringServer((response, request) => {
    if (request.path === '/oauth2/token')
      return json(200, { access_token: CANARIES.bearerToken, expires_in: 3600 })(response, request);
    if (instead.jumio) return instead.jumio(response, request);
    if (request.path.endsWith('/status')) return json(404, { title: CANARIES.body })(response, request);
    if (request.method === 'GET') return json(200, { extracted: CANARIES.trait })(response, request);
    starts += 1;
    reference = JSON.parse(request.body).userReference;
    return json(200, started(executionId()))(response, request);
  });

  const kratos = await startAnsweringServer((response, request) => {
    if (instead.kratos) return instead.kratos(response, request);
    if (request.path === '/sessions/whoami')
      return json(200, { active: true, id: CANARIES.cookie, identity: identity(personId) })(response, request);
    return json(200, identity(request.path.split('/').at(-1) ?? ''))(response, request);
  });

  onTestFinished(() => Promise.all([jumio.close(), kratos.close()]).then(() => undefined));
  const env = {
    PUBLIC_URL: 'http://verify.demo.localhost',
    JUMIO_AUTH_URL: `${jumio.url}/oauth2/token`,
    JUMIO_API_BASE_URL: jumio.url,
    KRATOS_ADMIN_URL: kratos.url,
    KRATOS_PUBLIC_URL: kratos.url,
  };
  const options: TestServiceOptions = {
    env,
    ctx: (ctx, real) => ({ ...ctx, jumio: real.jumio, kratos: real.kratos }),
  };
  return { jumio, kratos, instead, reference: () => reference, executionId, options };
}
