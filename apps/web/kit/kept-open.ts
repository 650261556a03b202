import { useEffect, type ToggleEvent } from 'react';
import { create } from 'zustand';

/** The unfolded elements, by key, for as long as the page is open. */
const useUnfolded = create<{ readonly keys: ReadonlySet<string> }>()(() => ({ keys: new Set() }));

/**
 * Remembers whether a `details` element is open, also while something else takes its place. If `mustOpen` opened it, it
 * stays open afterwards.
 */
export function useKeptOpen(key: string, mustOpen = false) {
  const kept = useUnfolded(({ keys }) => keys.has(key));
  // At once: the toggle event comes later, when the reason may be gone.
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
