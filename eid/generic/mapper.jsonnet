// For any OpenID Connect provider. What it returned as the level is a hint: it is shown to the application and may refuse
// a sign-up, and is never believed; the service reads and checks the ID token itself. Nothing here raises an `error`:
// Kratos would make an internal error of it. No `verified_addresses`: nobody showed that the address is the person's.
local claims = std.extVar('claims');
local raw = if std.objectHas(claims, 'raw_claims') && std.isObject(claims.raw_claims) then claims.raw_claims else {};
local text(name) = if std.objectHas(raw, name) && std.isString(raw[name]) then raw[name] else null;

{
  identity: {
    traits: { email: text('email') },
    metadata_public: { assurance: { source: '<PROVIDER_ID>', acr: text('acr') } },
    metadata_admin: { eid: { given_name: text('given_name'), family_name: text('family_name') } },
  },
}
