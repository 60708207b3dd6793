/** One instruction of a Dockerfile, its continued lines joined. */
export interface Instruction {
  readonly keyword: string;
  readonly rest: string;
}

/** A stage: its instructions after FROM. */
export interface Stage {
  readonly name: string;
  readonly from: string;
  readonly instructions: readonly Instruction[];
}

function instructionsOf(text: string): Instruction[] {
  const lines = text.replaceAll(/^\s*#.*\n/gm, '').replaceAll(/\\\n\s*/g, '');
  return [...lines.matchAll(/^([A-Z]+) (.*)$/gm)].map(([, keyword = '', rest = '']) => ({ keyword, rest }));
}

/** Returns the stages of a Dockerfile, in their order. */
export function stagesOf(text: string): Stage[] {
  const stages: (Stage & { readonly instructions: Instruction[] })[] = [];
  for (const instruction of instructionsOf(text)) {
    const [, from, name] = /^(\S+) AS (\S+)$/.exec(instruction.keyword === 'FROM' ? instruction.rest : '') ?? [];
    if (from !== undefined && name !== undefined) stages.push({ name, from, instructions: [] });
    else stages.at(-1)?.instructions.push(instruction);
  }
  return stages;
}

/** Returns the instructions with a keyword that count for a stage: its own, and those of the stages that it is made from. */
export function instructionsFor(stages: readonly Stage[], name: string, keyword: string): string[] {
  const stage = stages.find((one) => one.name === name);
  if (stage === undefined) return [];
  const own = stage.instructions.filter((one) => one.keyword === keyword).map(({ rest }) => rest);
  return [...instructionsFor(stages, stage.from, keyword), ...own];
}

/** The sources of a COPY, and the stage that it copies from; undefined: from the repository. */
export function copyOf(rest: string): { readonly from: string | undefined; readonly sources: readonly string[] } {
  const words = rest.split(' ').filter((word) => !word.startsWith('--'));
  return { from: /--from=(\S+)/.exec(rest)?.[1], sources: words.slice(0, -1) };
}

/** Returns the names that ENV sets. */
export function namesOf(env: readonly string[]): string[] {
  return env.flatMap((rest) => rest.split(' ').map((pair) => pair.split('=')[0] ?? ''));
}
