import type { FlowRow, IdentityRow, SessionRow, Site } from './site.ts';

/** An identity as the public API and the hooks show it: without credentials and metadata_admin. */
export function identityJson(site: Site, row: IdentityRow) {
  const { id, schema_id, state, state_changed_at, traits, verifiable_addresses, metadata_public } = row;
  const { created_at, updated_at } = row;
  const schema_url = `${site.publicUrl}/schemas/${Buffer.from(schema_id).toString('base64url')}`;
  const common = { id, schema_id, schema_url, state, state_changed_at, traits, verifiable_addresses };
  return { ...common, metadata_public, created_at, updated_at, organization_id: null };
}

/** An identity as the admin API shows it. */
export function adminIdentityJson(site: Site, row: IdentityRow) {
  // A password is as old as its account: there is no settings flow.
  const times = { created_at: row.created_at, updated_at: row.created_at };
  const password = { type: 'password', identifiers: [row.traits.email], version: 0, ...times };
  return { ...identityJson(site, row), credentials: { password }, metadata_admin: row.metadata_admin };
}

/** A session as whoami shows it. */
export function sessionJson(site: Site, session: SessionRow, identity: IdentityRow) {
  return {
    id: session.id,
    active: identity.state === 'active',
    expires_at: session.expiresAt,
    authenticated_at: session.issuedAt,
    authenticator_assurance_level: 'aal1',
    authentication_methods: [{ method: session.method, aal: 'aal1', completed_at: session.issuedAt }],
    issued_at: session.issuedAt,
    identity: identityJson(site, identity),
    devices: [{ id: session.id, ip_address: '127.0.0.1', user_agent: session.userAgent, location: '' }],
  };
}

function flowAction(site: Site, flow: FlowRow): string {
  return `${site.publicUrl}/self-service/${flow.kind}?flow=${flow.id}`;
}

/** A flow as its page fetches it. */
export function flowJson(site: Site, flow: FlowRow) {
  const messages = flow.messages.length === 0 ? {} : { messages: flow.messages };
  return {
    id: flow.id,
    type: flow.type,
    expires_at: flow.expiresAt,
    issued_at: flow.issuedAt,
    request_url: flow.requestUrl,
    ...(flow.returnTo === undefined ? {} : { return_to: flow.returnTo }),
    ui: { action: flowAction(site, flow), method: 'POST', nodes: nodes(flow), ...messages },
    organization_id: null,
    ...(flow.kind === 'login' ? { refresh: flow.refresh, requested_aal: 'aal1' } : {}),
    state: flow.kind === 'recovery' ? 'sent_email' : 'choose_method',
  };
}

function nodes(flow: FlowRow) {
  const csrf = input('default', 'csrf_token', 'hidden', flow.csrfToken);
  switch (flow.kind) {
    case 'registration':
      return [csrf, input('default', 'traits.email', 'email', flow.typedEmail), ...passwordNodes];
    case 'login':
      return [csrf, input('default', 'identifier', 'text', flow.typedEmail), ...passwordNodes];
    case 'recovery':
      return [input('code', 'code', 'text'), input('code', 'method', 'submit', 'code')];
  }
}

function input(group: string, name: string, type: string, value?: string) {
  const attributes = { name, type, required: true, disabled: false, node_type: 'input' };
  return {
    type: 'input',
    group,
    attributes: { ...attributes, ...(value === undefined ? {} : { value }) },
    messages: [],
    meta: {},
  };
}

const passwordNodes = [input('password', 'password', 'password'), input('password', 'method', 'submit', 'password')];
