import { badRequest } from './refusals.ts';

/** The flow's `return_to`, if it may be used: scheme, host and the start of the path (kratos.md §9). */
export function checkReturnTo(returnTo: string | undefined, allowed: readonly string[]): string | undefined {
  if (returnTo === undefined) return undefined;
  if (allowed.some((each) => leadsInto(returnTo, each))) return returnTo;
  throw badRequest(
    `Requested return_to URL "${returnTo}" is not allowed.`,
    undefined,
    'self_service_flow_return_to_forbidden',
  );
}

function leadsInto(returnTo: string, allowed: string): boolean {
  if (!URL.canParse(returnTo)) return false;
  const [wanted, known] = [new URL(returnTo), new URL(allowed)];
  return wanted.origin === known.origin && wanted.pathname.startsWith(known.pathname);
}
