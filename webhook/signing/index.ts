export { createSigningKeys, type PublishedKey, type SigningKeyInfo, type SigningKeys } from './keys.ts';
