// recovery.after: the same gate. Recovery issues a session without ever running login.after.
// The keys of validate.jsonnet; ctx has no session here, and the flow no refresh and no requested_aal.
local get(object, key) = if std.isObject(object) then std.get(object, key) else null;
local first(list) = if std.isArray(list) && std.length(list) > 0 then list[0] else null;

function(ctx)
  local identity = get(ctx, 'identity');
  local flow = get(ctx, 'flow');
  {
    kratos_identity_id: get(identity, 'id'),
    metadata_public: get(identity, 'metadata_public'),
    schema_id: get(identity, 'schema_id'),
    created_at: get(identity, 'created_at'),
    accept_language: first(get(get(ctx, 'request_headers'), 'Accept-Language')),
    flow: {
      kind: 'recovery',
      id: get(flow, 'id'),
      type: get(flow, 'type'),
      method: get(flow, 'active'),
      refresh: get(flow, 'refresh') == true,
      requested_aal: get(flow, 'requested_aal'),
    },
  }
