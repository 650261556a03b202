import type { SlotClaim, StepSlots } from './step-slots.ts';

/** A step's place in its lane. It gives the place back while it only waits, so that other steps can run. */
export class StepRoom {
  readonly #slots: StepSlots;
  readonly #claim: SlotClaim;
  #release: (() => void) | undefined;
  /** Whether other steps had the place before: an equal step of another run may have been among them. */
  readonly waited: boolean;

  /** `release` gives the current place back. */
  constructor(
    slots: StepSlots,
    claim: SlotClaim,
    { release, waited }: { readonly release: () => void; readonly waited: boolean },
  ) {
    this.#slots = slots;
    this.#claim = claim;
    this.#release = release;
    this.waited = waited;
  }

  leave(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Waits for a place if it has none. Throws the signal's reason. */
  async enter(signal: AbortSignal): Promise<void> {
    if (this.#release !== undefined) return;
    signal.throwIfAborted();
    await new Promise<void>((resolve, reject) => {
      let giveUp = (): void => undefined;
      const onAbort = (): void => {
        giveUp();
        reject(signal.reason);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      giveUp = this.#slots.request(this.#claim, (release) => {
        signal.removeEventListener('abort', onAbort);
        this.#release = release;
        resolve();
      });
    });
  }

  /** Takes a place even if none is free, for work that continues anyway. No new step starts until there is room. */
  resume(): void {
    this.#release ??= this.#slots.take(this.#claim);
  }
}
