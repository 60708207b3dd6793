// registration.after, as a plain hook: the identity exists by then. Only these keys leave Kratos:
// ctx whole would carry the session cookie, the CSRF token and the traits.
local get(object, key) = if std.isObject(object) then std.get(object, key) else null;
local first(list) = if std.isArray(list) && std.length(list) > 0 then list[0] else null;

function(ctx)
  local identity = get(ctx, 'identity');
  local flow = get(ctx, 'flow');
  {
    kratos_identity_id: get(identity, 'id'),
    schema_id: get(identity, 'schema_id'),
    created_at: get(identity, 'created_at'),
    accept_language: first(get(get(ctx, 'request_headers'), 'Accept-Language')),
    flow: {
      id: get(flow, 'id'),
      type: get(flow, 'type'),
      method: get(flow, 'active'),  // null for password: Kratos sets it for code and oidc only
      return_to: get(flow, 'return_to'),
    },
  }
