// IDEMIA mobile ID. The level that it returned is a hint: shown to the application, never believed; the service reads and
// checks the ID token itself. Names and document go to `metadata_admin`. Nothing here raises an `error`.
local claims = std.extVar('claims');
local raw = if std.objectHas(claims, 'raw_claims') && std.isObject(claims.raw_claims) then claims.raw_claims else {};
local text(name) = if std.objectHas(raw, name) && std.isString(raw[name]) then raw[name] else null;

{
  identity: {
    // Without an address Kratos asks the person for it; with `null` it would show the sentence of a type checker.
    traits: { [if text('email') != null then 'email']: text('email') },
    metadata_public: { assurance: { source: '<PROVIDER_ID>', acr: text('acr') } },
    metadata_admin: {
      eid: {
        given_name: text('firstName1'),
        family_name: text('lastName1'),
        document: text('documentId'),
        address: text('address1'),
      },
    },
  },
}
