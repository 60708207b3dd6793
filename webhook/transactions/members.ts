import { z } from 'zod';

/** An object with these members and no other. The message names the members that there are, and echoes none of the caller's. */
export function members<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape).join(', ');
  return z.strictObject(shape, {
    error: ({ code }) => (code === 'unrecognized_keys' ? `no member but ${names}` : 'a JSON object'),
  });
}
