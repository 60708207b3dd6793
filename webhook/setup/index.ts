/** Writes what an installation starts from: Kratos' configuration with the hooks, and a `.env`. */
export {
  changedEnvironment,
  DATA_CENTRES,
  type EnvironmentValues,
  emptyEnvironment,
  environmentOf,
  hasSandboxClient,
  type JumioPlace,
  jumioPlaceOf,
  jumioVariables,
  newCallerSecrets,
} from './environment.ts';
export { backUp, FileExists, writeFiles } from './files.ts';
export { type KratosFiles, makeKratosFiles } from './kratos/file.ts';
