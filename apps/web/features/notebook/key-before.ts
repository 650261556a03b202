import { useRef, type KeyboardEvent } from 'react';

/** Milliseconds in which a key belongs to the one before. */
const together = 800;

/** Notes a key press, and gives the key that was pressed just before it; undefined where that was longer ago. */
export function useKeyBefore(): (event: KeyboardEvent) => string | undefined {
  const pressed = useRef({ key: '', at: -together });
  return ({ key, timeStamp }) => {
    const before = pressed.current;
    pressed.current = { key, at: timeStamp };
    return timeStamp - before.at < together ? before.key : undefined;
  };
}
