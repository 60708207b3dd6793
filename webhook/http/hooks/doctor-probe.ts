import type { FastifyRequest } from 'fastify';
import { DOCTOR_PROBE } from '../schemas.ts';

/**
 * Whether the doctor asks whether a hook arrives: it marks its requests, and sends no body. Anybody can send the mark, so it
 * counts for an empty body alone, which is refused in any case, and changes one line of the log and no answer.
 */
function isDoctorProbe({ headers }: FastifyRequest): boolean {
  const isEmpty = (headers['content-length'] ?? '0') === '0' && headers['transfer-encoding'] === undefined;
  return isEmpty && headers[DOCTOR_PROBE] !== undefined;
}

/** Logs that a request was refused: a warning, unless it is a probe of the doctor, whose refusal is what it asks for. */
export function logRefusal(request: FastifyRequest, fields: object, text: string): void {
  if (isDoctorProbe(request)) request.log.info('a probe of the doctor: refused, as it must be');
  else request.log.warn(fields, text);
}
