import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { SlotPool } from './slot-pool.ts';

/** A promise that is settled from outside. */
function gate() {
  let open = (): void => undefined;
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { open, opened };
}

const { signal: never } = new AbortController();

function poolOf(most: number, made: () => Promise<void> = () => Promise.resolve()) {
  let count = 0;
  return new SlotPool(most, async () => {
    await made();
    return (count += 1);
  });
}

describe('slots', () => {
  it('are chosen by what suits, the last freed of equals', async () => {
    const pool = poolOf(3);
    const use = (suits?: (slot: number) => number): Promise<number> =>
      pool.use(never, (slot) => Promise.resolve(slot), suits);
    const gates = [gate(), gate(), gate()];
    const working = gates.map(({ opened }) => pool.use(never, () => opened));
    await nextTurn();
    for (const [at, { open }] of gates.entries()) {
      open();
      await working[at];
    }
    expect(await use()).toBe(3);
    expect(await use((slot) => (slot === 2 ? 5 : 1))).toBe(2);
    expect(await use((slot) => -slot)).toBe(1);
    expect(await use()).toBe(1);
  });

  it('are made when needed, used by one at a time, and served in order', async () => {
    const pool = poolOf(2);
    const order: string[] = [];
    const gates = [gate(), gate(), gate(), gate()];
    const working = gates.map(({ opened }, i) =>
      pool.use(never, async (slot) => {
        order.push(`${String(i)} in ${String(slot)}`);
        await opened;
      }),
    );
    await nextTurn();
    expect(order).toEqual(['0 in 1', '1 in 2']);
    gates[1]?.open();
    await working[1];
    gates[2]?.open();
    await working[2];
    expect(order).toEqual(['0 in 1', '1 in 2', '2 in 2', '3 in 2']);
    for (const { open } of gates) open();
    await Promise.all(working);
    expect(pool.slots.size).toBe(2);
  });

  it('are not waited for after an abort, and go to the next in the queue', async () => {
    const pool = poolOf(1);
    const { open, opened } = gate();
    const first = pool.use(never, () => opened);
    const controller = new AbortController();
    let ran = false;
    const second = pool.use(controller.signal, () => {
      ran = true;
      return Promise.resolve();
    });
    const third = pool.use(never, (slot) => Promise.resolve(slot));
    controller.abort(new Error('enough'));
    await expect(second).rejects.toThrow('enough');
    open();
    await first;
    expect(await third).toBe(1);
    expect(ran).toBe(false);
    expect(await pool.close()).toEqual([1]);
  });

  it('that are being made are not waited for either, and serve the next', async () => {
    const { open, opened } = gate();
    const pool = poolOf(1, () => opened);
    const controller = new AbortController();
    const first = pool.use(controller.signal, () => Promise.resolve());
    controller.abort(new Error('enough'));
    await expect(first).rejects.toThrow('enough');
    const second = pool.use(never, (slot) => Promise.resolve(slot));
    open();
    expect(await second).toBe(1);
  });

  it('that could not be made leave the place to the next', async () => {
    let failures = 1;
    const pool = poolOf(1, () =>
      failures-- > 0 ? Promise.reject(new Error('no room')) : Promise.resolve(),
    );
    await expect(pool.use(never, () => Promise.resolve())).rejects.toThrow('no room');
    expect(await pool.use(never, (slot) => Promise.resolve(slot))).toBe(1);
  });

  it('are given back once the work in them has ended, also that of callers who gave up', async () => {
    const pool = poolOf(1);
    const { open, opened } = gate();
    const controller = new AbortController();
    const working = pool.use(controller.signal, () => opened);
    await nextTurn();
    controller.abort(new Error('enough'));
    await expect(working).rejects.toThrow('enough');
    let closed = false;
    const closing = pool.close().then((slots) => {
      closed = true;
      return slots;
    });
    await nextTurn();
    expect(closed).toBe(false);
    open();
    expect(await closing).toEqual([1]);
  });
});
