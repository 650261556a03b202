import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DeviceMemory, type Resident } from './device-memory.ts';

const device = { id: 'cpu', class: 'cpu', name: 'the CPU', software: false } as const;

class FakeResident implements Resident {
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

  it('puts out the least recently used idle resident, never a busy one', async () => {
    const memory = new DeviceMemory(device, 100);
    const busy = new FakeResident(30, 1);
    busy.busy = true;
    const old = new FakeResident(30, 2);
    const recent = new FakeResident(30, 3);
    for (const resident of [recent, busy, old]) memory.add(resident);
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
});
