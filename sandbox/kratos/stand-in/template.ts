import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import Jsonnet from '@arakoodev/jsonnet';
import { unexpected } from './refusals.ts';

const jsonnet = new Jsonnet(); // one for good: each instance keeps what it ever held

/**
 * The line that a template and its context make for Kratos' Jsonnet worker may have 64 KiB. Beyond that the real Kratos
 * fails the flow or calls the hook with an empty body, as it happens (kratos.md §15). The stand-in does the second,
 * the more dangerous one, always, and 4 KiB early, so that 60 KiB in one field are surely beyond.
 */
const LONGEST_LINE = 60 * 1024;

/** The body of a hook: the output of its template, or nothing where the real Kratos may send nothing. */
export function renderBody(templateUrl: string, context: unknown): string {
  const template = readTemplate(templateUrl);
  const json = JSON.stringify(context);
  if (template.length + JSON.stringify(json).length > LONGEST_LINE) return '';
  const output = jsonnet.extString('ctx', json).evaluateSnippet(`(\n${template}\n)(std.parseJson(std.extVar('ctx')))`);
  return `${JSON.stringify(parseOutput(output), null, 3)}\n`;
}

function readTemplate(url: string): string {
  const [, base64] = /^base64:\/\/(.*)$/.exec(url) ?? [];
  return base64 === undefined ? readFileSync(fileURLToPath(url), 'utf8') : Buffer.from(base64, 'base64').toString();
}

/** The engine returns its errors as text: what is no JSON is one. */
function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    throw unexpected(`jsonnet: ${output}`);
  }
}
