import { hmac } from '../../support/clients/calls.ts';
import type { CallbackKind } from '../history/history.ts';
import type { Seeded } from '../seeded.ts';
import { SECRETS } from '../system/environment.ts';
import type { Execution } from '../upstreams/executions.ts';

/** A callback as bytes. */
export interface CallbackMessage {
  readonly body: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** What a callback is made of. */
export interface CallbackInput {
  readonly kind: CallbackKind;
  /** The execution that it is about, as Jumio has it now. */
  readonly execution: Execution;
  /** For `foreign-execution`. */
  readonly foreignId: string;
}

function documented({ creation }: Execution, status: string, changes: object = {}): object {
  return {
    callbackSentAt: new Date(creation.at).toISOString(),
    userReference: creation.reference,
    workflowExecution: { id: creation.executionId, definitionKey: '10011', status },
    account: { id: creation.accountId },
    ...changes,
  };
}

function otherMac(reference: string): string {
  const at = reference.length - 20;
  return `${reference.slice(0, at)}${reference[at] === 'A' ? 'B' : 'A'}${reference.slice(at + 1)}`;
}

/** The status that Jumio names; one that has vanished there was announced as it was before. */
function truth({ status }: Execution): string {
  return status === 'GONE' ? 'INITIATED' : status;
}

function bodyOf({ kind, execution, foreignId }: CallbackInput, random: Seeded): string {
  const { creation } = execution;
  switch (kind) {
    case 'genuine':
    case 'duplicate':
    case 'bad-signature':
      return JSON.stringify(documented(execution, truth(execution)));
    case 'signed':
      return JSON.stringify(documented(execution, truth(execution), { userReference: undefined }));
    case 'late':
    case 'early':
      return JSON.stringify(documented(execution, 'ACQUISITION_STARTED'));
    case 'claimed':
      return JSON.stringify(documented(execution, random.pick(['PROCESSED', 'SESSION_EXPIRED', 'APPROVED'])));
    case 'foreign-execution':
      return JSON.stringify(
        documented(execution, 'PROCESSED', { workflowExecution: { id: foreignId, status: 'PROCESSED' } }),
      );
    case 'bad-mac':
      return JSON.stringify(documented(execution, 'PROCESSED', { userReference: otherMac(creation.reference) }));
    case 'unknown-reference':
      return JSON.stringify(
        documented(execution, 'PROCESSED', { userReference: `1.${random.uuid()}.${'x'.repeat(43)}` }),
      );
    case 'garbage':
      return `{"userReference": "${creation.reference}", `;
    case 'control-character': {
      const workflowExecution = { id: `${creation.executionId}\u0000`, status: 'PROCESSED' };
      return JSON.stringify(documented(execution, 'PROCESSED', { workflowExecution }));
    }
    case 'oversize':
      return JSON.stringify(documented(execution, 'PROCESSED', { padding: 'x'.repeat(70_000) }));
    default:
      return kind satisfies never;
  }
}

/** Returns a callback of this kind. */
export function callbackMessage(input: CallbackInput, random: Seeded): CallbackMessage {
  const body = bodyOf(input, random);
  const signed = (secret: string) => ({ 'x-jumio-signature': `sha256=${hmac(body, secret)}` });
  if (input.kind === 'signed') return { body, headers: signed(SECRETS.callback) };
  if (input.kind === 'bad-signature') return { body, headers: signed('another-secret-of-16') };
  return { body, headers: {} };
}
