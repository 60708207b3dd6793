import { onTestFinished } from 'vitest';
import { json, type RecordingServer, type Responder } from '../fakes/http-server.ts';
import { ACCOUNT, type JumioScript, startJumioServer } from '../fakes/jumio-server.ts';
import { type KratosScript, startKratosServer } from '../fakes/kratos-server.ts';
import type { TestServiceOptions } from '../service/service.ts';
import { CANARIES, HOSTED_LINK } from './canaries.ts';

/** Both upstreams behind real sockets, with canaries in their answers. */
export interface CanaryUpstreams {
  readonly jumio: RecordingServer;
  readonly kratos: RecordingServer;
  /** Replaces the answers of both upstreams, except those to token calls; undefined restores them. */
  readonly answerAll: (respond: Responder | undefined) => void;
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

/** Starts both upstreams until the test ends. @param personId the identity of every session cookie */
export async function startCanaryUpstreams(personId: string): Promise<CanaryUpstreams> {
  let starts = 0;
  let reference = '';
  const executionId = () => `7c1b5b0e-55f2-4a0c-8f56-${String(starts).padStart(12, '0')}`;

  const jumioScript: JumioScript = {
    token: json(200, { access_token: CANARIES.bearerToken, expires_in: 3600 }),
    status: json(404, { title: CANARIES.body }),
    details: json(200, { extracted: CANARIES.trait }),
    create: (response, request) => {
      starts += 1;
      reference = JSON.parse(request.body).userReference;
      json(200, started(executionId()))(response, request);
    },
  };

  const showIdentity: Responder = (response, request) =>
    json(200, identity(request.path.split('/').at(-1) ?? ''))(response, request);

  const kratosScript: KratosScript = {
    whoami: json(200, { active: true, id: CANARIES.cookie, identity: identity(personId) }),
    read: showIdentity,
    patch: showIdentity,
  };

  const jumio = await startJumioServer(jumioScript);
  const kratos = await startKratosServer(kratosScript);
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
  const answerAll = (respond: Responder | undefined): void => {
    jumioScript.api = respond;
    kratosScript.api = respond;
  };
  return { jumio, kratos, answerAll, reference: () => reference, executionId, options };
}
