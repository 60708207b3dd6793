// registration.after.oidc, before the identity is stored: which level the provider returned, as the mapper noted it. The
// service may refuse the sign-up for it, and never approves one by it.
local get(object, key) = if std.isObject(object) then std.get(object, key) else null;
local first(list) = if std.isArray(list) && std.length(list) > 0 then list[0] else null;

function(ctx)
  local identity = get(ctx, 'identity');
  local flow = get(ctx, 'flow');
  {
    schema_id: get(identity, 'schema_id'),
    assurance: get(get(identity, 'metadata_public'), 'assurance'),
    accept_language: first(get(get(ctx, 'request_headers'), 'Accept-Language')),
    flow: { id: get(flow, 'id'), type: get(flow, 'type'), method: get(flow, 'active') },
  }
