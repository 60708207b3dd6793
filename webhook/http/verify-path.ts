/**
 * Our page, for somebody who wants to go somewhere in the end.
 * @param returnTo judged by the allow-list; null: nobody said
 */
export function verifyPath(returnTo: string | null): string {
  return withReturnTo('/jumio/verify', returnTo);
}

/** Where to read what to do instead; the way back from there is the way to where one wanted to go. */
export function helpPath(returnTo: string | null): string {
  return withReturnTo('/jumio/help', returnTo);
}

function withReturnTo(path: string, returnTo: string | null): string {
  return returnTo === null ? path : `${path}?return_to=${encodeURIComponent(returnTo)}`;
}
