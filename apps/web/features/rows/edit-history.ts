import type { Edited } from './edited-rows.ts';

/** What was edited, with the way back and forth. */
export interface EditHistory {
  readonly past: readonly Edited[];
  readonly now: Edited;
  readonly future: readonly Edited[];
  /** The field that was typed in last, and when: what is typed on there belongs to the same step. */
  readonly typing?: { readonly field: string; readonly at: number };
}

export type HistoryAction =
  | {
      readonly kind: 'edit';
      readonly change: (edited: Edited) => Edited;
      /** While somebody types: in which field, and when, in milliseconds. */
      readonly typing?: { readonly field: string; readonly at: number };
    }
  | { readonly kind: 'show'; readonly key: number }
  | { readonly kind: 'undo' | 'redo' }
  | { readonly kind: 'open'; readonly edited: Edited };

/** Milliseconds without a key after which typing on is a step of its own. */
const pause = 1_000;

export function openHistory(now: Edited): EditHistory {
  return { past: [], now, future: [] };
}

/** The next state. Steps are whole edits: what is typed without a pause in one field is one. */
export function historyAfter(history: EditHistory, action: HistoryAction): EditHistory {
  const { past, now, future, typing } = history;
  switch (action.kind) {
    case 'open':
      return openHistory(action.edited);
    case 'show':
      return { past, now: { ...now, shown: action.key }, future };
    case 'undo': {
      const before = past.at(-1);
      return before === undefined
        ? history
        : { past: past.slice(0, -1), now: before, future: [now, ...future] };
    }
    case 'redo': {
      const [next, ...rest] = future;
      return next === undefined ? history : { past: [...past, now], now: next, future: rest };
    }
    case 'edit': {
      const next = action.change(now);
      if (next === now) return history;
      const joins =
        typing !== undefined &&
        typing.field === action.typing?.field &&
        action.typing.at - typing.at < pause;
      const made = { past: joins ? past : [...past, now], now: next, future: [] };
      return action.typing === undefined ? made : { ...made, typing: action.typing };
    }
  }
}
