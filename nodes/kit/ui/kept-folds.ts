/** What of a row is folded or unfolded, so that it is so when the row is drawn again. */
export class KeptFolds {
  readonly #open = new Map<number, readonly boolean[]>();
  readonly #restored = new WeakSet<Element>();

  /** Notes what people fold in the rows that are children of an element. */
  watch(
    rows: Element,
    { signal, rowOf }: { readonly signal: AbortSignal; readonly rowOf: (at: number) => number },
  ): void {
    const note = ({ target }: Event): void => {
      const at = [...rows.children].findIndex(
        (row) => target instanceof Node && row.contains(target),
      );
      const row = rows.children[at];
      if (row !== undefined)
        this.#open.set(
          rowOf(at),
          foldsIn(row).map(({ open }) => open),
        );
    };
    // It does not bubble.
    rows.addEventListener('toggle', note, { signal, capture: true });
  }

  /** Folds a row that is drawn anew as it was. */
  restore(row: Element, at: number): void {
    if (this.#restored.has(row) || row.hasAttribute('data-waiting')) return;
    this.#restored.add(row);
    const kept = this.#open.get(at);
    const folds = foldsIn(row);
    if (kept?.length !== folds.length) return;
    folds.forEach((fold, place) => (fold.open = kept[place] === true));
  }
}

const foldsIn = (row: Element): HTMLDetailsElement[] => [...row.querySelectorAll('details')];
