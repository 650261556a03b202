import { useOverlay } from '../state/overlay-store.ts';
import { useScreen } from '../state/screen-store.ts';

let typed = '';
let asking = false;

/** From now on until they are taken, keys are kept for the field in which the graph is asked. */
export function keepForAsk(): void {
  asking = true;
}

/**
 * Keeps what is typed between the key that asks for a field and the field's being there: the command menu, the list of
 * ports, the question for a name, the models, the files and the field of Ask are loaded when first asked for. True if the key was taken: Enter is, too, and
 * pressed there.
 */
export function typeAhead(event: KeyboardEvent): boolean {
  const { nameQuestion, connecting, modelQuestion, fileQuestion } = useOverlay.getState();
  const awaited =
    asking ||
    useScreen.getState().commandMenu ||
    (nameQuestion ?? connecting ?? modelQuestion ?? fileQuestion) !== null;
  if (!awaited || document.querySelector('dialog[open]') !== null) return false;
  const { key, ctrlKey, metaKey, altKey } = event;
  if (ctrlKey || metaKey || altKey || (key.length !== 1 && key !== 'Enter')) return false;
  if (key !== 'Enter') typed += key;
  else if (!asking) void import('./enter-ahead.ts').then(({ enterWhenOpen }) => enterWhenOpen());
  return true;
}

export function takeTypedAhead(): string {
  const taken = typed;
  typed = '';
  asking = false;
  return taken;
}
