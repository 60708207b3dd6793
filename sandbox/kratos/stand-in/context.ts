import type { FastifyRequest } from 'fastify';
import type { FlowRow, IdentityRow, SessionRow } from './records.ts';
import { flowJson, identityJson, sessionJson } from './shapes.ts';
import type { Site } from './site.ts';

/** What a submitted flow is about when its hooks run. */
export interface HookOccasion {
  readonly flow: FlowRow;
  readonly identity: IdentityRow;
  /** Only at sign-in; not stored yet, so the hook sees the nil id. */
  readonly session?: SessionRow;
  /** Not set for a sign-up with a password (kratos.md §3). */
  readonly method?: string;
  readonly transientPayload?: unknown;
}

export const NIL_ID = '00000000-0000-0000-0000-000000000000';

/** `ctx` of the Jsonnet templates (kratos.md §3). */
export function hookContext(site: Site, request: FastifyRequest, occasion: HookOccasion) {
  const { flow, identity, session, method, transientPayload } = occasion;
  return {
    flow: {
      ...flowJson(site, flow),
      ...(method === undefined ? {} : { active: method }),
      ...(transientPayload === undefined ? {} : { transient_payload: transientPayload }),
    },
    identity: identityJson(site, identity),
    ...(session === undefined ? {} : { session: sessionJson(site, { ...session, id: NIL_ID }, identity) }),
    request_headers: allowedHeaders(request),
    request_cookies: request.cookies,
    request_method: request.method,
    request_url: `${site.publicUrl}${request.url}`,
  };
}

/** `clients.web_hook.header_allowlist` as it is where nobody sets it. */
const ALLOWED = new Set(
  `accept accept-encoding accept-language content-length content-type origin priority referer
  sec-ch-ua sec-ch-ua-mobile sec-ch-ua-platform sec-fetch-dest sec-fetch-mode sec-fetch-site sec-fetch-user
  true-client-ip user-agent`.split(/\s+/),
);

function allowedHeaders(request: FastifyRequest): Record<string, string[]> {
  const pairs = Object.entries(request.headers).flatMap(([name, value]): [string, string[]][] => {
    return ALLOWED.has(name) && value !== undefined ? [[canonical(name), [value].flat()]] : [];
  });
  return Object.fromEntries(pairs);
}

/** `accept-language` -> `Accept-Language`, as Go has it. */
function canonical(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (letters) => letters.toUpperCase());
}
