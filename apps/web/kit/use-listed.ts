import { useEffect, type KeyboardEvent } from 'react';

interface Listed<One> {
  /** The items below the field. */
  readonly found: readonly One[];
  /** The marked item. */
  readonly shown: One | undefined;
  readonly mark: (item: One) => void;
  /** The element id of an item. */
  readonly idOf: (item: One) => string;
  /** What other keys do. */
  readonly keys: Readonly<Record<string, () => void>>;
}

/** Keys of a field above a list: the arrows move the mark, which stays in sight. */
export function useListed<One>({ found, shown, mark, idOf, keys }: Listed<One>): {
  readonly press: (event: KeyboardEvent) => void;
  readonly shownId: string | undefined;
} {
  const shownId = shown === undefined ? undefined : idOf(shown);
  useEffect(() => {
    if (shownId !== undefined)
      document.getElementById(shownId)?.scrollIntoView({ block: 'nearest' });
  }, [shownId]);
  const step = (by: number): void => {
    const place = shown === undefined ? -1 : found.indexOf(shown);
    const next = found[Math.min(found.length - 1, Math.max(0, place + by))];
    if (next !== undefined) mark(next);
  };
  const all: Listed<One>['keys'] = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    ...keys,
  };
  const press = (event: KeyboardEvent): void => {
    const act = all[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  return { press, shownId };
}
