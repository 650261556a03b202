interface Weighing {
  /** Share of the score that a part can take off. */
  readonly quality: number;
  /** Of the part, from 0 to 1. */
  readonly weight: number;
}

/** What a part of quality, from 0 to 1, leaves of the score. */
export function partFactor(part: number, { quality, weight }: Weighing): number {
  return 1 - quality * weight * (1 - part);
}
