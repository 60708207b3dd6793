import { randomUUID } from 'node:crypto';
import { timestamp } from '../clock.ts';
import { type Category, type Credential, workflowOf } from '../execution/workflows.ts';
import { fullExecutionHref, partHref } from '../links.ts';
import type { Execution, Sandbox } from '../state.ts';
import { transactionJwt } from './token.ts';

/** Names of the parts that can be uploaded; a FACEMAP cannot, so it has no `api` (docs/reference/jumio.md#36-response-body). */
const PARTS: Readonly<Record<Category, readonly string[]>> = {
  ID: ['front', 'back'],
  SELFIE: ['face'],
  FACEMAP: [],
  DATA: ['prepared_data'],
  DOCUMENT: ['document'],
};

const CHANNELS: Readonly<Record<Category, readonly string[]>> = {
  ID: ['WEB', 'API', 'SDK'],
  SELFIE: ['WEB', 'API', 'SDK'],
  FACEMAP: ['WEB', 'SDK'],
  DATA: ['API'],
  DOCUMENT: ['WEB', 'API', 'SDK'],
};

/** The answer to POST and PUT. An API-only workflow has neither `web` nor `sdk`. */
export function accountAnswer(sandbox: Sandbox, execution: Execution): unknown {
  const { id, accountId, definitionKey, credentials } = execution;
  const token = transactionToken(sandbox, execution);
  const hosted = workflowOf(definitionKey, sandbox.settings.customWorkflowKeys)?.hosted;
  return {
    timestamp: timestamp(sandbox.clock.now()),
    account: { id: accountId },
    ...(hosted ? { ...webOf(execution), sdk: { token: transactionToken(sandbox, execution) } } : {}),
    workflowExecution: {
      id,
      credentials: credentials.map((credential) => credentialAnswer(sandbox, execution, credential, token)),
    },
  };
}

/** URLs are echoed only where the request or the portal has them. */
function webOf({ link, successUrl, errorUrl }: Execution): { web?: Record<string, string> } {
  const web = {
    ...(link === undefined ? {} : { href: link }),
    ...(successUrl === undefined ? {} : { successUrl }),
    ...(errorUrl === undefined ? {} : { errorUrl }),
  };
  return Object.keys(web).length > 0 ? { web } : {};
}

function credentialAnswer(
  sandbox: Sandbox,
  execution: Execution,
  { id, category }: Credential,
  token: string,
): unknown {
  const common = { id, category, ...(category === 'ID' ? { label: 'ID' } : {}), allowedChannels: CHANNELS[category] };
  const names = PARTS[category];
  if (names.length === 0) return common;
  const parts = Object.fromEntries(names.map((name) => [name, partHref(sandbox, execution, id, name.toUpperCase())]));
  return { ...common, api: { token, parts, workflowExecution: fullExecutionHref(sandbox, execution) } };
}

function transactionToken({ signingKey }: Sandbox, { id, linkEndsAt }: Execution): string {
  return transactionJwt({ jti: randomUUID(), sub: id, exp: Math.floor(linkEndsAt / 1000) }, signingKey);
}
