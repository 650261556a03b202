import {
  useLayoutEffect,
  useRef,
  type FocusEvent,
  type KeyboardEvent,
  type RefObject,
} from 'react';

const steps: Readonly<Record<string, number>> = { ArrowUp: -1, ArrowDown: 1 };

interface OneTabStop {
  readonly ref: RefObject<HTMLDivElement | null>;
  onFocus(event: FocusEvent): void;
  onKeyDown(event: KeyboardEvent): void;
}

/**
 * Makes the rows of a list one stop of the Tab key, so that what comes after the list is near: arrows go from one to the next, Home and
 * End to the ends. Tab comes back to the row that had the focus last, at first to the current one.
 */
export function useOneTabStop(): OneTabStop {
  const ref = useRef<HTMLDivElement>(null);
  const last = useRef<Element>(null);
  const rows = (): HTMLElement[] => [
    ...(ref.current?.querySelectorAll<HTMLElement>('button.quiet-row') ?? []),
  ];
  const settle = (): void => {
    const all = rows();
    const stop =
      all.find((row) => row === last.current) ??
      all.find((row) => row.getAttribute('aria-current') === 'true') ??
      all[0];
    for (const row of all) row.tabIndex = row === stop ? 0 : -1;
  };
  // After every drawing: rows come and go.
  useLayoutEffect(settle);
  return {
    ref,
    onFocus({ target }) {
      last.current = target;
      settle();
    },
    onKeyDown(event) {
      const { key, target, altKey, ctrlKey, metaKey, shiftKey } = event;
      if (altKey || ctrlKey || metaKey || shiftKey) return;
      const all = rows();
      const at = all.findIndex((row) => row === target);
      if (at === -1) return;
      const step = steps[key];
      const next = step === undefined ? { Home: all[0], End: all.at(-1) }[key] : all[at + step];
      if (step === undefined && next === undefined) return;
      event.preventDefault();
      next?.focus();
    },
  };
}
