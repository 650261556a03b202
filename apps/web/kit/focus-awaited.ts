import { awaitField, dropKeys, pressKept } from './typed-ahead.ts';

/** Frames that what gets the focus may take to come. */
const patience = 120;

/** Gives the focus to something that is on its way; `done` when it has it, or does not come. */
export function focusOnceThere(
  find: () => HTMLElement | null,
  done?: (has: boolean) => void,
): void {
  const look = (left: number): void => {
    const found = find();
    found?.focus();
    if (found !== null || left === 0) done?.(found !== null);
    else requestAnimationFrame(() => look(left - 1));
  };
  requestAnimationFrame(() => look(patience));
}

/** The same for something that is typed in: keys that are pressed on the way are pressed there. */
export function focusAwaited(find: () => HTMLElement | null): void {
  awaitField();
  focusOnceThere(find, (has) => (has ? void pressKept() : dropKeys()));
}
