import { openMenu } from './open-menu.ts';

/** Milliseconds that a finger rests on something to ask for its menu, and pixels that it may slip. */
const long = 500;
const slip = 10;

/** Opens the menu of what a finger rests on; browsers that tell of it themselves open the same. Returns the stop function. */
export function listenForLongPress(): () => void {
  const listening = new AbortController();
  const { signal } = listening;
  let waiting: ReturnType<typeof setTimeout> | undefined;
  let from = { x: 0, y: 0 };
  let isOpened = false;
  const forget = (): void => clearTimeout(waiting);
  const press = (event: PointerEvent): void => {
    forget();
    const { pointerType, isPrimary, target, clientX: x, clientY: y } = event;
    // A second finger zooms.
    if (pointerType !== 'touch' || !isPrimary || !(target instanceof Element)) return;
    from = { x, y };
    waiting = setTimeout(() => {
      isOpened = openMenu(target, from);
    }, long);
  };
  const lift = (event: TouchEvent): void => {
    // Else the browser clicks what is under the finger, which closes the menu.
    if (isOpened && event.cancelable) event.preventDefault();
    isOpened = false;
  };
  const move = ({ clientX: x, clientY: y }: PointerEvent): void => {
    if (Math.hypot(x - from.x, y - from.y) > slip) forget();
  };
  const options = { signal, capture: true };
  window.addEventListener('pointerdown', press, options);
  window.addEventListener('pointermove', move, options);
  window.addEventListener('pointerup', forget, options);
  window.addEventListener('pointercancel', forget, options);
  window.addEventListener('touchend', lift, { ...options, passive: false });
  signal.addEventListener('abort', forget);
  return () => listening.abort();
}
