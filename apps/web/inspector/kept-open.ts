import type { ToggleEvent } from 'react';
import { create } from 'zustand';

/** What was unfolded, by what it belongs to; as long as the page is open. */
const useUnfolded = create<{ readonly keys: ReadonlySet<string> }>()(() => ({ keys: new Set() }));

/**
 * Keeps a `details` as somebody left it, also where something else is shown in its place meanwhile. What was unfolded for a
 * reason of its own (`mustOpen`) stays so once that is gone.
 */
export function useKeptOpen(key: string, mustOpen = false) {
  const kept = useUnfolded(({ keys }) => keys.has(key));
  const onToggle = ({ currentTarget }: ToggleEvent<HTMLDetailsElement>): void => {
    const { keys } = useUnfolded.getState();
    if (keys.has(key) === currentTarget.open) return;
    const others = [...keys].filter((one) => one !== key);
    useUnfolded.setState({ keys: new Set(currentTarget.open ? [...others, key] : others) });
  };
  return { open: kept || mustOpen, onToggle };
}
