/** `console.warn` without lines of one text while something is done. */
async function without<T>(text: string, work: () => Promise<T>): Promise<T> {
  const { warn } = console;
  console.warn = (...said: unknown[]) => {
    if (!String(said[0]).includes(text)) warn(...said);
  };
  try {
    return await work();
  } finally {
    console.warn = warn;
  }
}

/**
 * The library behind the eID providers. On Node 20 it warns as soon as it is loaded; all that is used of it here is tried
 * there too, and who starts the demo would take the warning for one about this project.
 */
export const { interactionPolicy, Provider } = await without(
  'WARNING: Unsupported runtime',
  () => import('oidc-provider'),
);
