import { z } from 'zod';

/** Renders a template for a context as Kratos does; undefined: it fails. */
export type Render = (template: string, context: unknown) => unknown;

/** The engine of the project's own tests; not installed in production. */
const ENGINE = '@arakoodev/jsonnet';

interface Engine {
  extString(name: string, value: string): Engine;
  evaluateSnippet(snippet: string): string;
}

const module = z.object({ default: z.custom<new () => Engine>((value) => typeof value === 'function') });

/** The Jsonnet engine where one is installed beside this program; undefined elsewhere. */
export async function findJsonnet(name = ENGINE): Promise<Render | undefined> {
  try {
    const { default: Jsonnet } = module.parse(await import(name));
    const engine = new Jsonnet();
    return (template, context) => {
      const snippet = `(\n${template}\n)(std.parseJson(std.extVar('ctx')))`;
      return parseOutput(engine.extString('ctx', JSON.stringify(context)).evaluateSnippet(snippet));
    };
  } catch {
    return undefined;
  }
}

/** The engine returns its errors as text: what is no JSON is one. */
function parseOutput(output: string): unknown {
  try {
    return JSON.parse(output);
  } catch {
    return undefined;
  }
}
