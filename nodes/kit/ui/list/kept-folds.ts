/** Artifacts whose folds are kept: those that were looked at last. */
const mostKept = 100;

/** What of an artifact's rows is folded or unfolded, so that a row is so wherever it is drawn again, in whichever order: by the numbers of the rows. */
export class KeptFolds {
  readonly #open = new Map<string, readonly boolean[]>();
  readonly #restored = new WeakSet<Element>();

  /** Notes what people fold in the rows that are children of an element. */
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
    // It does not bubble.
    rows.addEventListener('toggle', note, { signal, capture: true });
  }

  /** Folds a row that is drawn anew as it was. */
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

/** The folds of the rows of an artifact, the same in every list of them. */
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
