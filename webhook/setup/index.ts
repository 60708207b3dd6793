/** Writes what an installation starts from: Kratos' configuration with the hooks, and a `.env`. */
export {
  callerSecrets,
  DATA_CENTRES,
  type EnvironmentValues,
  environmentText,
  type JumioPlace,
  jumioVariables,
} from './environment.ts';
export { FileExists, writeFiles } from './files.ts';
export { type KratosFiles, makeKratosFiles } from './kratos/file.ts';
