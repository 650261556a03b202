import { AsyncResource } from 'node:async_hooks';
import type { Cores, Lane } from '@graft/graph';

/** What a step asks for. */
export interface SlotClaim {
  readonly lane: Lane;
  readonly cores: Cores;
  /** The device class that it computes on. */
  readonly deviceClass: string;
  /** The run. Those that wait in a lane are served by turns, each run's steps in their order. */
  readonly owner: object;
}

interface Waiting {
  readonly weight: number;
  readonly start: (release: () => void) => void;
}

/**
 * Room for the steps of all runs of a process, shared out by weight. Each lane has room of its own, so that a
 * light step never waits for a heavy one. Whoever is next in turn is never overtaken, so that none starves.
 */
export class StepSlots {
  readonly #lanes: Readonly<Record<Lane, LaneSlots>>;

  /** `cores` to share out. */
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
   * Calls `start` as soon as there is room, at once where there is; the step calls `release` when it has ended.
   * Returns how to give up waiting, which does nothing to a step that has started.
   */
  request(claim: SlotClaim, start: (release: () => void) => void): () => void {
    const lane = this.#lanes[claim.lane];
    return lane.add(claim.owner, { weight: weightOf(claim, lane.room), start });
  }

  /** Takes the room at once, even where there is none. Returns how to give it back. */
  take(claim: SlotClaim): () => void {
    const lane = this.#lanes[claim.lane];
    return lane.take(weightOf(claim, lane.room));
  }
}

/**
 * Steps at once, in units of one core. Light steps mostly wait for the disk, and those of the web for sites. Beside
 * one heavy step of inference there is room for a small one.
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
  // On a GPU two at once keep it busy; `auto` may turn out to be the CPU.
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

  add(owner: object, { weight, start }: Waiting): () => void {
    // The run that makes room calls `start`, but what starts belongs to the run that asked.
    const queued: Waiting = { weight, start: AsyncResource.bind(start) };
    const queue = this.#waiting.get(owner) ?? [];
    queue.push(queued);
    this.#waiting.set(owner, queue);
    this.#fill();
    return () => {
      const left = this.#waiting.get(owner);
      const at = left?.indexOf(queued) ?? -1;
      if (left === undefined || at < 0) return;
      left.splice(at, 1);
      if (left.length === 0) this.#waiting.delete(owner);
      // It may have been what kept others from starting.
      this.#fill();
    };
  }

  #fill(): void {
    // What starts may give its room back at once: that is seen in the next round, not one call deeper.
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
