/** The status of Fastify's own errors (413, 415, invalid JSON); 500 for any other error, which is printed. */
export function statusOf(error: unknown): number {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : undefined;
  if (typeof status === 'number') return status;
  console.error(error);
  return 500;
}
