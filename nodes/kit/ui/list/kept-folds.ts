/** Number of artifacts whose folds are kept: the most recent. */
const mostKept = 100;

/**
 * Folded and unfolded parts of an artifact's rows, by row number, so that a row keeps them wherever and in whichever
 * order it is drawn again.
 */
export class KeptFolds {
  readonly #open = new Map<string, readonly boolean[]>();
  readonly #restored = new WeakSet<Element>();

  /** Records what people fold in the rows below an element. */
  watch(rows: Element, signal: AbortSignal): void {
    const note = ({ target }: Event): void => {
      const row = [...rows.children].find(
        (candidate) => target instanceof Node && candidate.contains(target),
      );
      if (row !== undefined)
        this.#open.set(
          numberOf(row),
          foldsIn(row).map(({ open }) => open),
        );
    };
    // The event does not bubble.
    rows.addEventListener('toggle', note, { signal, capture: true });
  }

  /** Restores the folds of a redrawn row. */
  restore(row: Element): void {
    if (this.#restored.has(row) || row.hasAttribute('data-waiting')) return;
    this.#restored.add(row);
    const kept = this.#open.get(numberOf(row));
    const folds = foldsIn(row);
    if (kept?.length !== folds.length) return;
    folds.forEach((fold, place) => (fold.open = kept[place] === true));
  }
}

const numberOf = (row: Element): string => row.getAttribute('data-row') ?? '';
const foldsIn = (row: Element): HTMLDetailsElement[] => [...row.querySelectorAll('details')];

const kept = new Map<string, KeptFolds>();

/** The folds of an artifact's rows, shared by all its lists. */
export function foldsOf(digest: string): KeptFolds {
  const folds = kept.get(digest) ?? new KeptFolds();
  kept.delete(digest);
  kept.set(digest, folds);
  for (const oldest of kept.keys()) {
    if (kept.size <= mostKept) break;
    kept.delete(oldest);
  }
  return folds;
}
