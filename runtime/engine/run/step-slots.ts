import { AsyncResource } from 'node:async_hooks';
import type { Cores, Lane } from '@graft/graph';

/** Whose turn a step takes in its lane. */
export interface Turn {
  /** The run, or the experiment that it is part of. Waiting owners take turns in a lane. */
  readonly owner: object;
  /** Of two waiting steps of an owner, the one with the lower rank starts first; equal ranks keep their order. */
  readonly rank: number;
}

/** A step's request for room. */
export interface SlotClaim extends Turn {
  readonly lane: Lane;
  readonly cores: Cores;
  /** The device class that it computes on. */
  readonly deviceClass: string;
}

interface Waiting {
  readonly rank: number;
  readonly weight: number;
  readonly start: (release: () => void) => void;
}

/**
 * Shares the cores of a process among the steps of all runs, by weight. Each lane has room of its own, so that a light step
 * never waits for a heavy one. Nothing overtakes the next step in turn, so that none starves.
 */
export class StepSlots {
  readonly #lanes: Readonly<Record<Lane, LaneSlots>>;

  /** `cores` are shared. */
  constructor(cores: number) {
    const { light, bulk, web, inference, training } = laneRoom(cores);
    this.#lanes = {
      light: new LaneSlots(light),
      bulk: new LaneSlots(bulk),
      web: new LaneSlots(web),
      inference: new LaneSlots(inference),
      training: new LaneSlots(training),
    };
  }

  /**
   * Calls `start` as soon as there is room, possibly at once; the step calls `release` when it has ended. Returns a function
   * that stops waiting, and does nothing once the step has started.
   */
  request(claim: SlotClaim, start: (release: () => void) => void): () => void {
    const lane = this.#lanes[claim.lane];
    return lane.add(claim.owner, { rank: claim.rank, weight: weightOf(claim, lane.room), start });
  }

  /** Takes room at once, even if there is none. Returns a function that gives it back. */
  take(claim: SlotClaim): () => void {
    const lane = this.#lanes[claim.lane];
    return lane.take(weightOf(claim, lane.room));
  }
}

/**
 * The room of a lane, in cores. Light steps mostly wait for the disk, and web steps for sites. A heavy step of inference
 * leaves room for a small one.
 */
export function laneRoom(cores: number): Record<Lane, number> {
  const clamp = (value: number, least: number, most: number): number =>
    Math.min(most, Math.max(least, value));
  return {
    light: clamp(2 * cores, 4, 16),
    bulk: clamp(cores, 2, 8),
    web: 8,
    inference: cores + 1,
    training: cores,
  };
}

function weightOf({ lane, cores, deviceClass }: SlotClaim, room: number): number {
  if (cores === 'one') return 1;
  if (lane !== 'inference') return room;
  // Two steps keep a GPU busy. `auto` may turn out to be the CPU.
  const onCpu = deviceClass === 'cpu' || deviceClass === 'auto';
  return onCpu ? room - 1 : Math.ceil((room - 1) / 2);
}

class LaneSlots {
  readonly room: number;
  #used = 0;
  #filling = false;
  /** By owner, the next in turn first. */
  readonly #waiting = new Map<object, Waiting[]>();

  constructor(room: number) {
    this.room = room;
  }

  add(owner: object, waiting: Waiting): () => void {
    // The run that makes room calls `start`, but the started work belongs to the run that asked.
    const queued: Waiting = { ...waiting, start: AsyncResource.bind(waiting.start) };
    const queue = this.#waiting.get(owner) ?? [];
    // From the end: the steps of one run have one rank, and there may be 200,000 of them.
    const before = queue.findLastIndex(({ rank }) => rank <= queued.rank);
    queue.splice(before + 1, 0, queued);
    this.#waiting.set(owner, queue);
    this.#fill();
    return () => {
      const left = this.#waiting.get(owner);
      const at = left?.indexOf(queued) ?? -1;
      if (left === undefined || at < 0) return;
      left.splice(at, 1);
      if (left.length === 0) this.#waiting.delete(owner);
      // It may have kept others from starting.
      this.#fill();
    };
  }

  #fill(): void {
    // A started step may give its room back at once. The next round sees that, not a deeper call.
    if (this.#filling) return;
    this.#filling = true;
    try {
      for (let next = this.#next(); next !== undefined; next = this.#next()) {
        const [owner, queue, waiting] = next;
        queue.shift();
        this.#waiting.delete(owner);
        if (queue.length > 0) this.#waiting.set(owner, queue);
        waiting.start(this.take(waiting.weight));
      }
    } finally {
      this.#filling = false;
    }
  }

  #next(): readonly [object, Waiting[], Waiting] | undefined {
    const [first] = this.#waiting;
    const waiting = first?.[1][0];
    if (first === undefined || waiting === undefined) return undefined;
    return this.#used + waiting.weight <= this.room ? [...first, waiting] : undefined;
  }

  take(weight: number): () => void {
    this.#used += weight;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#used -= weight;
      this.#fill();
    };
  }
}
