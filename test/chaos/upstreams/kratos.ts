import { createHash } from 'node:crypto';
import { z } from 'zod';
import { json, type ReceivedRequest } from '../../support/fakes/http-server.ts';
import { startKratosServer } from '../../support/fakes/kratos-server.ts';
import type { IdentityRead, KratosHistory, Publication, Revocation, Served } from '../history/history.ts';
import { type Effect, serve, type World } from './serve.ts';

const publicCopy = z.looseObject({
  status: z.string(),
  verdict: z.string().optional(),
  workflow_execution_id: z.string().optional(),
});

const adminCopy = z.looseObject({ version: z.number() });

const patchBody = z.tuple([
  z.object({ op: z.literal('add'), path: z.literal('/metadata_public/jumio'), value: publicCopy }),
  z.object({ op: z.literal('add'), path: z.literal('/metadata_admin/jumio'), value: adminCopy }),
]);

/** The published copy of an identity. */
export interface Copy {
  readonly public: z.infer<typeof publicCopy>;
  readonly admin: z.infer<typeof adminCopy>;
}

/** A Kratos that records everything. */
export interface ChaosKratos {
  readonly url: string;
  readonly history: KratosHistory;
  /** Stores an identity, with the session of its sign-up. */
  signUp(identityId: string): void;
  /** Stores a session, as after a sign-in that the gate allowed. */
  addSession(identityId: string): void;
  copyOf(identityId: string): Copy | undefined;
  createdAt(identityId: string): string;
  close(): Promise<void>;
}

const NOT_FOUND = { error: { code: 404, status: 'Not Found', message: 'Unable to locate the resource' } };

function identityIdIn({ path }: ReceivedRequest): string {
  return /identities\/([\w-]+)/.exec(path)?.[1] ?? '';
}

/** Starts the Kratos of a run. */
export async function startChaosKratos(world: World): Promise<ChaosKratos> {
  const created = new Map<string, string>();
  const copies = new Map<string, Copy>();
  const sessions = new Map<string, number>();
  const publications: Publication[] = [];
  const revocations: Revocation[] = [];
  const reads: IdentityRead[] = [];

  function identityBody(id: string): object {
    const copy = copies.get(id);
    return {
      id,
      schema_id: 'default',
      state: 'active',
      traits: {},
      metadata_public: copy === undefined ? null : { jumio: copy.public },
      metadata_admin: copy === undefined ? null : { jumio: copy.admin },
      created_at: created.get(id),
    };
  }

  function patch(request: ReceivedRequest, facts: Served): Effect {
    const identityId = identityIdIn(request);
    const [{ value: shown }, { value: admin }] = patchBody.parse(JSON.parse(request.body));
    copies.set(identityId, { public: shown, admin });
    const record: Publication = {
      ...facts,
      identityId,
      version: admin.version,
      status: shown.status,
      verdict: shown.verdict,
      executionId: shown.workflow_execution_id,
      digest: createHash('sha256').update(request.body).digest('base64url').slice(0, 16),
    };
    publications.push(record);
    return { reply: { status: 200, body: identityBody(identityId) }, record };
  }

  function revoke(request: ReceivedRequest, facts: Served): Effect {
    const identityId = identityIdIn(request);
    const ended = sessions.get(identityId) ?? 0;
    sessions.set(identityId, 0);
    const record: Revocation = { ...facts, identityId, ended };
    revocations.push(record);
    return { reply: ended > 0 ? { status: 204, body: undefined } : { status: 404, body: NOT_FOUND }, record };
  }

  function read(request: ReceivedRequest, facts: Served): Effect {
    const identityId = identityIdIn(request);
    if (!created.has(identityId)) return { reply: { status: 404, body: NOT_FOUND } };
    const record: IdentityRead = { ...facts, identityId };
    reads.push(record);
    return { reply: { status: 200, body: identityBody(identityId) }, record };
  }

  const responder =
    (call: 'patch' | 'revoke' | 'read', effect: typeof patch) =>
    (...[response, request]: Parameters<ReturnType<typeof json>>): void =>
      serve(world, response, request, {
        call,
        subject: identityIdIn(request),
        effect: (facts) => effect(request, facts),
      });

  const server = await startKratosServer(
    {
      // Nobody has a session in these browsers: people come by one-time links.
      whoami: json(401, { error: { code: 401, message: 'The request could not be authorized' } }),
      patch: responder('patch', patch),
      revoke: responder('revoke', revoke),
      read: responder('read', read),
    },
    { remembers: false },
  );

  const addSession = (identityId: string): void => {
    sessions.set(identityId, (sessions.get(identityId) ?? 0) + 1);
  };

  return {
    url: server.url,
    history: { publications, revocations, reads, sessions },
    signUp: (identityId) => {
      created.set(identityId, new Date(world.timeline.now()).toISOString());
      addSession(identityId);
    },
    addSession,
    copyOf: (identityId) => copies.get(identityId),
    createdAt: (identityId) => created.get(identityId) ?? '',
    close: server.close,
  };
}
