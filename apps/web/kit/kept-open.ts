import { useEffect, type ToggleEvent } from 'react';
import { create } from 'zustand';

/** What was unfolded, by what it belongs to; as long as the page is open. */
const useUnfolded = create<{ readonly keys: ReadonlySet<string> }>()(() => ({ keys: new Set() }));

/**
 * Keeps a `details` as somebody left it, also where something else is shown in its place meanwhile. What was unfolded for a
 * reason of its own (`mustOpen`) stays so once that is gone.
 */
export function useKeptOpen(key: string, mustOpen = false) {
  const kept = useUnfolded(({ keys }) => keys.has(key));
  // At once: the event of an element that unfolded comes later, and the reason may be gone by then.
  useEffect(() => {
    if (mustOpen) keep(key, true);
  }, [key, mustOpen]);
  const onToggle = ({ currentTarget }: ToggleEvent<HTMLDetailsElement>): void =>
    keep(key, currentTarget.open);
  return { open: kept || mustOpen, onToggle };
}

function keep(key: string, open: boolean): void {
  const { keys } = useUnfolded.getState();
  if (keys.has(key) === open) return;
  const others = [...keys].filter((other) => other !== key);
  useUnfolded.setState({ keys: new Set(open ? [...others, key] : others) });
}
