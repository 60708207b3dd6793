import { setTimeout as sleep } from 'node:timers/promises';
import { live, type Scene } from './person.ts';
import type { PersonPlan } from './plan.ts';

/** Between the first arrivals: all at once would send most callbacks within a few seconds. */
const ARRIVAL_MS = 40;

/** Lets all people live their planned lives. Returns how many gave up, because something did not come in time. @param atOnce so many are under way at once */
export async function runCrowd(scene: Scene, people: readonly PersonPlan[], atOnce: number): Promise<number> {
  let gaveUp = 0;
  const waiting = people.values();
  const worker = async (_: unknown, index: number): Promise<void> => {
    await sleep(index * ARRIVAL_MS);
    for (const person of waiting) if (!(await live(scene, person))) gaveUp += 1;
  };
  await Promise.all(Array.from({ length: atOnce }).map(worker));
  return gaveUp;
}
