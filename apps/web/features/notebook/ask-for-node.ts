import { useScreen } from '../../kit/stores.ts';

/** Asks which node to add: after the selected one, where one is. */
export function askForNode(): void {
  useScreen.getState().show({ commandMenu: true, openEnd: null });
}
