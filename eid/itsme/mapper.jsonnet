// itsme. The level that it returned is a hint: shown to the application, never believed; the service reads and checks the
// ID token itself. `email_verified` is always false there, so the address is neither marked verified nor used to link.
// Names go to `metadata_admin`, which the person and the application do not see. Nothing here raises an `error`.
local claims = std.extVar('claims');
local raw = if std.objectHas(claims, 'raw_claims') && std.isObject(claims.raw_claims) then claims.raw_claims else {};
local text(name) = if std.objectHas(raw, name) && std.isString(raw[name]) then raw[name] else null;

{
  identity: {
    traits: { email: text('email') },
    metadata_public: { assurance: { source: '<PROVIDER_ID>', acr: text('acr') } },
    metadata_admin: {
      eid: {
        name: text('name'),
        given_name: text('given_name'),
        family_name: text('family_name'),
        birthdate: text('birthdate'),
      },
    },
  },
}
