/**
 * Our page, for somebody who wants to go somewhere in the end.
 * @param returnTo judged by the allow-list; null: nobody said
 */
export function verifyPath(returnTo: string | null): string {
  return returnTo === null ? '/jumio/verify' : `/jumio/verify?return_to=${encodeURIComponent(returnTo)}`;
}
