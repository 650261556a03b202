import { useEffect, useState } from 'react';

/** Calls back once what is on its way to the screen was painted. Gives what takes the call back. */
export function afterPaint(go: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const wait = (): void => {
    timer = setTimeout(go);
  };
  // A page that nobody sees has no frames.
  const frame = document.hidden ? void wait() : requestAnimationFrame(wait);
  return () => {
    if (frame !== undefined) cancelAnimationFrame(frame);
    clearTimeout(timer);
  };
}

/** The value as it was when the page was last painted: for what may follow a press one frame later. */
export function useAfterPaint<T>(value: T): T {
  const [shown, show] = useState(value);
  useEffect(() => afterPaint(() => show(value)), [value]);
  return shown;
}
