import type { Desk } from '../verification/desk.ts';
import { refuse } from './cli.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The identity that a command line names: by its id, or by what it signs in with (an e-mail address), which Kratos is
 * asked for and which is kept nowhere.
 */
export async function identityOf(desk: Desk, named: string): Promise<string> {
  if (UUID.test(named)) return named.toLowerCase();
  const found = await desk.kratos.find(named);
  const [id] = found;
  if (id === undefined) throw refuse('Nobody signs in to Kratos with exactly that.');
  if (found.length > 1) throw refuse(`Several identities sign in with that; name one:\n${found.join('\n')}`);
  return id;
}

export function unknown(identity: string) {
  return refuse(`Neither the ledger nor Kratos has an identity ${identity}.`);
}
