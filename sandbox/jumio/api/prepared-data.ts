import { z } from 'zod';
import { timestamp } from '../clock.ts';
import { type Execution, type Sandbox, TERMINAL } from '../state.ts';
import { type Answer, type ApiCall, parseJson, problem } from './call.ts';
import { transactionOf } from './token.ts';

const text = z.string().min(1);

/** docs/reference/jumio.md#42-prepared-data. Any subset of the fields is accepted, as integrators report; an undocumented field is refused. */
const preparedSchema = z
  .strictObject({
    firstName: text,
    lastName: text,
    email: text,
    phoneNumber: text.regex(/^\+[1-9]\d+$/),
    dateOfBirth: text.regex(/^\d{4}-\d{2}-\d{2}$/),
    address: z
      .strictObject({
        line1: text,
        line2: text,
        city: text,
        subdivision: text,
        postalCode: text,
        country: text.regex(/^[A-Z]{2,3}$/),
      })
      .partial(),
  })
  .partial();

/** `POST …/credentials/{id}/parts/PREPARED_DATA`, with the execution's own token. The tenant's is refused. */
export function preparedData(sandbox: Sandbox, call: ApiCall): Answer {
  const execution = executionOf(sandbox, call);
  if (execution === undefined) return problem(404);
  call.record.executionId = execution.id;
  call.record.customerInternalReference = execution.customerInternalReference;
  const token = /^Bearer (\S+)$/i.exec(call.authorization ?? '')?.[1] ?? '';
  if (transactionOf(token, sandbox.signingKey, sandbox.clock.now()) !== execution.id) return problem(401);
  const data = preparedSchema.safeParse(parseJson(call.text)).data;
  if (data === undefined || !call.contentType.startsWith('application/json') || TERMINAL.has(execution.status))
    return problem(400);
  const { address = {}, ...plain } = data;
  execution.prepared = [...Object.keys(plain), ...Object.keys(address).map((name) => `address.${name}`)];
  const { id, accountId } = execution;
  const body = { timestamp: timestamp(sandbox.clock.now()), account: { id: accountId }, workflowExecution: { id } };
  return { status: 200, body };
}

function executionOf({ executions }: Sandbox, { params }: ApiCall): Execution | undefined {
  return [...executions.values()].find(({ accountId, credentials }) => {
    const isData = credentials.some(({ id, category }) => id === params.credentialId && category === 'DATA');
    return isData && accountId === params.accountId;
  });
}
