import { describe, expect, it } from 'vitest';
import { runAtWork, withinRun } from './run-scope.ts';
import { StepSlots, type SlotClaim } from './step-slots.ts';

function hold(slots: StepSlots) {
  const running: string[] = [];
  const releases = new Map<string, () => void>();
  const request = (name: string, claim: Partial<SlotClaim> = {}): (() => void) =>
    slots.request(
      { lane: 'inference', cores: 'all', deviceClass: 'cpu', owner: slots, rank: 0, ...claim },
      (release) => {
        running.push(name);
        releases.set(name, release);
      },
    );
  const release = (name: string): void => {
    running.splice(running.indexOf(name), 1);
    releases.get(name)?.();
  };
  return { running, request, release };
}

describe('slots', () => {
  it('let one heavy step of a lane run at a time on the CPU, with room for a small one beside it', () => {
    const { running, request, release } = hold(new StepSlots(2));
    request('a');
    request('small', { cores: 'one' });
    request('b');
    expect(running).toEqual(['a', 'small']);
    release('a');
    expect(running).toEqual(['small', 'b']);
  });

  it('let heavy steps of two kinds run beside each other, and light ones always', () => {
    const { running, request } = hold(new StepSlots(2));
    request('a');
    request('training', { lane: 'training' });
    request('index', { lane: 'bulk' });
    request('light', { lane: 'light', cores: 'one' });
    expect(running).toEqual(['a', 'training', 'index', 'light']);
  });

  it('let two at once use a GPU', () => {
    const { running, request } = hold(new StepSlots(8));
    for (const name of ['a', 'b', 'c']) request(name, { deviceClass: 'cuda' });
    expect(running).toEqual(['a', 'b']);
  });

  it('go by turns among the runs, and in order within one', () => {
    const { running, request, release } = hold(new StepSlots(2));
    const [first, second] = [{}, {}];
    for (const name of ['a1', 'a2', 'a3']) request(name, { owner: first });
    for (const name of ['b1', 'b2']) request(name, { owner: second });
    const order: string[] = [];
    for (let name = running[0]; name !== undefined; name = running[0]) {
      order.push(name);
      release(name);
    }
    expect(order).toEqual(['a1', 'a2', 'b1', 'a3', 'b2']);
  });

  it('go to the lower rank first among the waiting steps of an owner', () => {
    const { running, request, release } = hold(new StepSlots(2));
    const [experiment, run] = [{}, {}];
    request('third', { owner: experiment, rank: 3 });
    request('last', { owner: experiment, rank: 4 });
    request('first', { owner: experiment, rank: 1 });
    request('first again', { owner: experiment, rank: 1 });
    request('other run', { owner: run });
    const order: string[] = [];
    for (let name = running[0]; name !== undefined; name = running[0]) {
      order.push(name);
      release(name);
    }
    // The third began at once: nobody else wanted the room.
    expect(order).toEqual(['third', 'first', 'other run', 'first again', 'last']);
  });

  it('never let small ones overtake a large one that is next', () => {
    const { running, request, release } = hold(new StepSlots(2));
    for (const name of ['s1', 's2']) request(name, { lane: 'bulk', cores: 'one' });
    request('large', { lane: 'bulk' });
    request('s3', { lane: 'bulk', cores: 'one' });
    release('s1');
    expect(running).toEqual(['s2']);
    release('s2');
    expect(running).toEqual(['large']);
    release('large');
    expect(running).toEqual(['s3']);
  });

  it('go to the next when one gives up waiting', () => {
    const { running, request, release } = hold(new StepSlots(2));
    request('s1', { lane: 'bulk', cores: 'one' });
    const giveUp = request('large', { lane: 'bulk' });
    request('s2', { lane: 'bulk', cores: 'one' });
    expect(running).toEqual(['s1']);
    giveUp();
    expect(running).toEqual(['s1', 's2']);
    giveUp();
    release('s1');
    release('s2');
    request('large', { lane: 'bulk' });
    expect(running).toEqual(['large']);
  });

  it('start a step that waited within its own run, not within the one that made room', () => {
    const slots = new StepSlots(2);
    const claim = { lane: 'inference', cores: 'all', deviceClass: 'cpu' } as const;
    const runOf = (runId: string) => ({ runId, fail: () => undefined });
    let release = (): void => undefined;
    withinRun(runOf('a'), () =>
      slots.request({ ...claim, owner: {}, rank: 0 }, (done) => {
        release = done;
      }),
    );
    let startedIn: string | undefined;
    withinRun(runOf('b'), () =>
      slots.request({ ...claim, owner: {}, rank: 0 }, () => {
        startedIn = runAtWork()?.runId;
      }),
    );
    withinRun(runOf('a'), release);
    expect(startedIn).toBe('b');
  });

  it('pass over thousands that are no longer wanted', () => {
    const slots = new StepSlots(2);
    const claim = { lane: 'light', deviceClass: 'cpu', owner: slots, rank: 0 } as const;
    let first = (): void => undefined;
    slots.request({ ...claim, cores: 'all' }, (done) => (first = done));
    let passed = 0;
    for (let i = 0; i < 20_000; i++) {
      slots.request({ ...claim, cores: 'one' }, (done) => {
        passed += 1;
        done();
      });
    }
    first();
    expect(passed).toBe(20_000);
  });
});
