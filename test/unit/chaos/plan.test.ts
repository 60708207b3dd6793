import { describe, expect, it } from 'vitest';
import { planPeople } from '../../chaos/driver/plan.ts';
import { createFaults } from '../../chaos/upstreams/faults.ts';

describe('the plan of a run', () => {
  it('the same seed gives the same people, another seed others', () => {
    expect(planPeople(7, 500)).toEqual(planPeople(7, 500));
    expect(planPeople(8, 500)).not.toEqual(planPeople(7, 500));
  });

  it('a longer run begins with the people of a shorter one', () => {
    const short = planPeople(7, 200);
    expect(planPeople(7, 500).slice(0, short.length)).toEqual(short);
  });

  it('what a call meets does not depend on the calls about others', () => {
    const [alone, beside] = [createFaults(7, 0.5), createFaults(7, 0.5)];
    const ofOne = Array.from({ length: 50 }, () => alone.next('patch', 'one'));
    const mixed = Array.from({ length: 50 }, () => {
      beside.next('patch', 'other');
      return beside.next('patch', 'one');
    });
    expect(mixed).toEqual(ofOne);
    expect(ofOne.some((fault) => fault !== undefined)).toBe(true);
  });

  it('no call meets a fault once they are stopped', () => {
    const faults = createFaults(7, 1);
    faults.stop();
    expect(faults.next('patch', 'one')).toBeUndefined();
  });
});
