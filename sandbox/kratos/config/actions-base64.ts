import { pathToFileURL } from 'node:url';
import { readShippedActions, readShippedTemplate } from './actions.ts';

/**
 * The variant of ory-actions.yaml for Ory Network, which reads no files: each template travels inside its `body`.
 * Works on the text, so that the comments stay; only the line about the folder of the templates is dropped.
 */
export function toBase64Actions(actions: string, readTemplate: (fileName: string) => Uint8Array): string {
  return actions
    .replace(/^# *<JSONNET_DIR>.*\n/m, '')
    .replace(/file:\/\/<JSONNET_DIR>\/(\S+)/g, (_, fileName: string) => {
      return `base64://${Buffer.from(readTemplate(fileName)).toString('base64')}`;
    });
}

const [, script = ''] = process.argv;

if (import.meta.url === pathToFileURL(script).href) {
  process.stdout.write(toBase64Actions(readShippedActions(), readShippedTemplate));
}
