interface Weighing {
  /** Share of the score that a part can remove. */
  readonly quality: number;
  /** Weight of the part, from 0 to 1. */
  readonly weight: number;
}

/** The factor that a part of quality, from 0 to 1, leaves of the score. */
export function partFactor(part: number, { quality, weight }: Weighing): number {
  return 1 - quality * weight * (1 - part);
}
