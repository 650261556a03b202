import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DeviceMemory, type Resident } from './device-memory.ts';

const device = { id: 'cpu', class: 'cpu', name: 'the CPU', software: false } as const;

class FakeResident implements Resident {
  readonly model = 'a model';
  readonly bytes: number;
  readonly lastUsed: number;
  busy = false;
  evicted = false;
  constructor(bytes: number, lastUsed: number) {
    this.bytes = bytes;
    this.lastUsed = lastUsed;
  }
  async evict(): Promise<void> {
    await nextTurn();
    this.evicted = true;
  }
}

describe('the memory of a device', () => {
  it('gives leases in order, waiting for the ones before', async () => {
    const memory = new DeviceMemory(device, 100);
    const first = await memory.lease(60);
    const order: string[] = [];
    const big = memory.lease(80).then((lease) => (order.push('big'), lease));
    const small = memory.lease(10).then((lease) => (order.push('small'), lease));
    await nextTurn();
    expect(order).toEqual([]);
    first[Symbol.dispose]();
    first[Symbol.dispose]();
    await Promise.all([big, small]);
    expect(order).toEqual(['big', 'small']);
    expect(memory.used).toBe(90);
  });

  it('goes on where something cannot be put out in order', async () => {
    const memory = new DeviceMemory(device, 100);
    const stuck = new FakeResident(80, 1);
    stuck.evict = () => Promise.reject(new Error('no'));
    memory.add(stuck, await memory.lease(80));
    expect((await memory.lease(50)).bytes).toBe(50);
    expect(memory.used).toBe(50);
  });

  it('counts what is being put out until it is gone, whoever puts it out', async () => {
    const memory = new DeviceMemory(device, 100);
    const leaving = new FakeResident(80, 1);
    let gone = (): void => undefined;
    leaving.evict = () => new Promise((resolve) => (gone = resolve));
    memory.add(leaving, await memory.lease(80));
    const first = memory.evictIdle();
    let granted = false;
    const claim = memory.lease(50).then(() => (granted = true));
    let ended = false;
    const second = memory.evictIdle().then(() => (ended = true));
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect({ granted, ended, used: memory.used }).toEqual({
      granted: false,
      ended: false,
      used: 80,
    });
    gone();
    await Promise.all([first, claim, second]);
    expect(memory.used).toBe(50);
    expect(memory.peak).toBe(80);
  });

  it('puts out the least recently used idle resident, never a busy one', async () => {
    const memory = new DeviceMemory(device, 100);
    const busy = new FakeResident(30, 1);
    busy.busy = true;
    const old = new FakeResident(30, 2);
    const recent = new FakeResident(30, 3);
    for (const resident of [recent, busy, old]) {
      memory.add(resident, await memory.lease(resident.bytes));
    }
    expect(memory.used).toBe(90);
    expect(memory.models).toHaveLength(3);
    expect(memory.models[0]).toEqual({ id: 'a model', device: device.id, bytes: 30 });
    const lease = await memory.lease(40);
    expect([busy.evicted, old.evicted, recent.evicted]).toEqual([false, true, false]);
    expect(lease.bytes + 60).toBe(memory.used);
    const waiting = memory.lease(60);
    lease[Symbol.dispose]();
    await nextTurn();
    expect(busy.evicted).toBe(false);
    busy.busy = false;
    memory.changed();
    await waiting;
    expect(memory.used).toBeLessThanOrEqual(100);
  });

  it('refuses what can never fit, and forgets a claim that was given up', async () => {
    const memory = new DeviceMemory(device, 100);
    await expect(memory.lease(101)).rejects.toMatchObject({ code: 'out-of-memory' });
    const held = await memory.lease(100);
    const abort = new AbortController();
    const given = memory.lease(50, abort.signal);
    const next = memory.lease(20);
    abort.abort();
    await expect(given).rejects.toMatchObject({ code: 'cancelled' });
    held[Symbol.dispose]();
    expect((await next).bytes).toBe(20);
  });

  it('takes no more than is free beside it, as measured before each claim', async () => {
    let free = 70;
    const memory = new DeviceMemory(device, 100, (used) => Promise.resolve(used + free));
    const idle = new FakeResident(50, 1);
    memory.add(idle, await memory.lease(50));
    free = 20;
    expect(await memory.room()).toBe(70);
    const lease = await memory.lease(60);
    expect(idle.evicted).toBe(true);
    expect(memory.capacity).toBe(70);
    lease[Symbol.dispose]();
    // Somebody else has it, and nothing of ours is left to wait for.
    free = 30;
    await expect(memory.lease(40e6)).rejects.toMatchObject({ code: 'out-of-memory' });
    await expect(memory.lease(31)).rejects.toThrow(/close other programs/);
    expect((await memory.lease(30)).bytes).toBe(30);
  });

  it('counts what leases hold as ours, whether it has been taken yet or not', async () => {
    const memory = new DeviceMemory(device, Infinity, (used) => Promise.resolve(used + 100));
    const first = await memory.lease(60);
    let second = false;
    const waiting = memory.lease(60).then((lease) => ((second = true), lease));
    await nextTurn();
    expect(second).toBe(false);
    expect(await memory.room()).toBe(40);
    first[Symbol.dispose]();
    expect((await waiting).bytes).toBe(60);
    expect(memory.peak).toBe(60);
  });
});
