import type { ItemStore } from '@graft/graph';

/** An item store that garbage collection can look into. */
export interface CollectableItems extends ItemStore {
  /** Every family with its bytes and when it was last opened (ms since the epoch). */
  list(): AsyncIterable<{ family: string; size: number; usedAt: number }>;
  /** Removes a family; false, and nothing removed, while some process appends to it. */
  delete(family: string): Promise<boolean>;
}
