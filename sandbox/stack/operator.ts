import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { send } from '../kratos/client/loopback.ts';

/** The operator of the demo's bank: an account of the same Kratos, with a password that the demo prints. */
export const OPERATOR = { email: 'operator@harbour.example', password: 'demo-operator-0001' };

/** The list of operators of a demo: its file is written before the service starts, and again once Kratos knows the operator. */
export interface OperatorsOfDemo {
  readonly env: Readonly<Record<string, string>>;
  /** The path of the list. */
  readonly file: string;
  /** Makes the operator's account, and puts it into the list. */
  readonly hire: (kratosAdminUrl: string) => Promise<void>;
  readonly remove: () => void;
}

/** One account and no second factor, so the level is lowered: each page of the console says so. */
function list(identityId: string): string {
  return `level: aal1\nfresh: 8h\npeople:\n  ${identityId}: { name: "Robin", role: approver }\n`;
}

const created = z.object({ id: z.string() });

async function makeAccount(kratosAdminUrl: string): Promise<string> {
  const body = JSON.stringify({
    schema_id: 'person',
    traits: { email: OPERATOR.email },
    credentials: { password: { config: { password: OPERATOR.password } } },
  });
  const headers = { 'content-type': 'application/json' };
  const answer = await send({ method: 'POST', url: `${kratosAdminUrl}/admin/identities`, headers, body });
  if (answer.status !== 201) throw new Error(`Kratos made no account of the operator: ${answer.status}`);
  return created.parse(answer.json()).id;
}

/** Writes the list with nobody in it whom Kratos knows. */
export function startOperators(): OperatorsOfDemo {
  const folder = mkdtempSync(join(tmpdir(), 'operators-'));
  const file = join(folder, 'operators.yaml');
  writeFileSync(file, list('nobody-yet'));
  return {
    env: { OPERATORS_FILE: file },
    file,
    hire: async (kratosAdminUrl) => writeFileSync(file, list(await makeAccount(kratosAdminUrl))),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
