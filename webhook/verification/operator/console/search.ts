import type { Context } from '../../context.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** An identifier is no longer than this at Kratos. */
const LONGEST = 320;

/** Whether a text is looked for among our ids; any other is asked of Kratos, as what somebody signs in with. */
export function isId(text: string): boolean {
  return UUID.test(text.trim());
}

async function byId(ctx: Context, id: string): Promise<readonly string[]> {
  if ((await ctx.ledger.gate(id)) !== undefined) return [id];
  const one = (await ctx.ledger.identityOfVerification(id)) ?? (await ctx.ledger.identityOfExecution(id));
  if (one !== undefined) return [one];
  const ofAccount = await ctx.ledger.cases.identitiesOfAccount(id);
  // Kratos may have an identity without a row: its page says so, or that there is none.
  return ofAccount.length > 0 ? ofAccount : [id];
}

/**
 * Returns the identities that a text names exactly: by the id of the identity, of a verification, or of an execution or account at
 * Jumio; any other text is an identifier that Kratos is asked for, e.g. an e-mail address, which is stored nowhere. That somebody
 * searched is an event, without the text.
 * @throws UpstreamError if Kratos is asked and gives no usable answer
 * @throws LedgerUnavailable if the event cannot be written
 */
export async function search(ctx: Context, text: string, by: string): Promise<readonly string[]> {
  const name = text.trim();
  if (name === '' || name.length > LONGEST || /\p{Cc}/u.test(name)) return [];
  const found = isId(name) ? await byId(ctx, name.toLowerCase()) : await ctx.kratos.find(name);
  const detail = { by, for: isId(name) ? 'id' : 'identifier', found: found.length };
  await ctx.ledger.note(ctx.clock.now(), { kind: 'searched', detail });
  return found;
}
