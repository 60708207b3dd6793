/** Schemes that a browser runs, reads from the disk or shows itself: none of them opens an application. */
const NO_APPLICATION =
  /^(?:https?|javascript|vbscript|data|blob|file|filesystem|about|view-source|ftp|wss?|intent|chrome(?:-extension)?):/i;

/** Whether a text is an address that opens a native application, e.g. `myapp://verified`. A web address is none. */
export function isDeepLink(text: string): boolean {
  return /^[a-z][a-z\d+.-]*:\/{1,3}[^\s\\/][^\s\\]*$/i.test(text) && !NO_APPLICATION.test(text) && URL.canParse(text);
}
