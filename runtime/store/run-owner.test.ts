import { describe, expect, it } from 'vitest';
import { thisProcess } from '@graft/kit';
import { OwnerWatch, thisOwner } from './run-owner.ts';

const far = '4711:12:elsewhere';

/** A watch whose clock the test moves, looking every `every` ms. */
function watching(owner: string) {
  let now = 0;
  const watch = new OwnerWatch(() => now);
  return (after: number, beat: number | undefined): boolean => {
    now += after;
    const beats = new Map(beat === undefined ? [] : [[owner, beat]]);
    return watch.gone(new Set([owner]), beats).has(owner);
  };
}

describe('an owner of another place', () => {
  it('is gone once its beat has stood still for some seconds', () => {
    const look = watching(far);
    const looks = Array.from({ length: 6 }, () => look(2_000, 5));
    expect(looks).toEqual([false, false, false, false, true, true]);
  });

  it('lives as long as it beats, however slowly it began', () => {
    const look = watching(far);
    for (let beat = 0; beat < 20; beat++) expect(look(2_000, beat >> 1), `${beat}`).toBe(false);
  });

  it('that never beat at all is gone as well', () => {
    const look = watching(far);
    expect(Array.from({ length: 5 }, () => look(2_000, undefined)).at(-1)).toBe(true);
  });

  it('is not taken for gone by one who slept: the lid was closed on both', () => {
    const look = watching(far);
    expect(look(0, 5)).toBe(false);
    expect(look(2_000, 5)).toBe(false);
    expect(look(3_600_000, 5)).toBe(false);
    expect(look(2_000, 6)).toBe(false);
  });
});

describe('an owner of this place', () => {
  it('is known by its process, whatever its beat does', () => {
    const parent = `${process.ppid}:0`;
    for (const owner of [thisOwner, thisProcess, parent]) {
      const look = watching(owner);
      for (let i = 0; i < 6; i++) expect(look(2_000, undefined), owner).toBe(false);
    }
    expect(watching('999999999:1')(0, undefined)).toBe(true);
    expect(watching(`999999999:1:${thisOwner.split(':')[2] ?? ''}`)(0, 1)).toBe(true);
  });

  it('whose start time is not told is watched by its beat: another process may have its id', () => {
    const look = watching(`${process.ppid}:0:${thisOwner.split(':')[2] ?? ''}`);
    expect(Array.from({ length: 5 }, () => look(2_000, 5)).at(-1)).toBe(true);
  });
});
