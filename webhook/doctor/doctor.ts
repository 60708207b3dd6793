import { type Config, ConfigError, type Environment, type Problem, parseConfig } from '../config.ts';
import { examine, type Report } from './examine.ts';
import { look } from './probes/look.ts';
import { readKratosConfig } from './read-kratos.ts';
import { readTemplates } from './templates.ts';

function parsed(env: Environment): { readonly service?: Config; readonly problems: readonly Problem[] } {
  try {
    return { service: parseConfig(env), problems: [] };
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems };
    throw error;
  }
}

export interface DoctorOptions {
  readonly env: Environment;
  /** Kratos' configuration files, as they are given to `kratos serve -c`. */
  readonly kratosConfig: readonly string[];
  readonly userAgent: string;
}

/**
 * Looks at everything that can be looked at without changing anything, and says what is wrong.
 * @throws UnreadableConfig for a file that is no configuration of Kratos
 */
export async function diagnose({ env, kratosConfig, userAgent }: DoctorOptions): Promise<Report> {
  const kratos = await readKratosConfig(kratosConfig);
  const { service, problems } = parsed(env);
  const [seen, templates] = await Promise.all([look(kratos, service, userAgent), readTemplates(kratos)]);
  return examine({ problems, seen, templates, ...(kratos && { kratos }), ...(service && { service }) });
}
