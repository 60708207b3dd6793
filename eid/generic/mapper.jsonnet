// For any OpenID Connect provider. The level that it returned is a hint: the application may read it, and it may refuse
// a sign-up, but it never approves one; the service reads and checks the ID token itself. Nothing here raises an `error`:
// Kratos would make an internal error of it. No `verified_addresses`: there is no proof that the address is the person's.
local claims = std.extVar('claims');
local raw = if std.objectHas(claims, 'raw_claims') && std.isObject(claims.raw_claims) then claims.raw_claims else {};
local text(name) = if std.objectHas(raw, name) && std.isString(raw[name]) then raw[name] else null;

{
  identity: {
    // Without an address Kratos asks the person for it; with `null` it would show the sentence of a type checker.
    traits: { [if text('email') != null then 'email']: text('email') },
    metadata_public: { assurance: { source: '<PROVIDER_ID>', acr: text('acr') } },
    metadata_admin: { eid: { given_name: text('given_name'), family_name: text('family_name') } },
  },
}
