import { live, type Scene } from './person.ts';
import type { PersonPlan } from './plan.ts';

/** People under way at once: most of them wait for something. */
const AT_ONCE = 120;

/** Lets all people live their planned lives. */
export async function runCrowd(scene: Scene, people: readonly PersonPlan[]): Promise<void> {
  const waiting = people.values();
  const worker = async (): Promise<void> => {
    for (const person of waiting) await live(scene, person);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
}
