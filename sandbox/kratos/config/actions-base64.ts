import { readShippedActions, readShippedTemplate, toBase64Actions } from './actions.ts';

/** `npm run actions:base64`: prints ory-actions.yaml for Ory Network, with the templates inside. */
process.stdout.write(toBase64Actions(readShippedActions(), readShippedTemplate));
