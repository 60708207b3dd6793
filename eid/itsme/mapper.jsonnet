// itsme. The level that it returned is a hint: shown to the application, never believed; the service reads and checks the
// ID token itself. `email_verified` is always false there, so the address is neither marked verified nor used to link.
// Names go to `metadata_admin`, which the person and the application do not see. Nothing here raises an `error`.
local claims = std.extVar('claims');
local raw = if std.objectHas(claims, 'raw_claims') && std.isObject(claims.raw_claims) then claims.raw_claims else {};
local text(name) = if std.objectHas(raw, name) && std.isString(raw[name]) then raw[name] else null;
// Its parts are those of OpenID Connect; one that is no text is left out.
local parts = ['formatted', 'street_address', 'postal_code', 'locality', 'region', 'country'];
local address = if std.objectHas(raw, 'address') && std.isObject(raw.address)
then { [part]: raw.address[part] for part in parts if std.objectHas(raw.address, part) && std.isString(raw.address[part]) }
else null;

{
  identity: {
    // Without an address Kratos asks the person for it; with `null` it would show the sentence of a type checker.
    traits: { [if text('email') != null then 'email']: text('email') },
    metadata_public: { assurance: { source: '<PROVIDER_ID>', acr: text('acr') } },
    metadata_admin: {
      eid: {
        name: text('name'),
        given_name: text('given_name'),
        family_name: text('family_name'),
        birthdate: text('birthdate'),
        // With the scopes `phone` and `address`, as the contract has them.
        phone_number: text('phone_number'),
        address: address,
      },
    },
  },
}
