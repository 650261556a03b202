import { plural } from '@graft/nodes/kit/ui';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { Latest, madeOfShown, placeShown } from '@graft/view';
import { edgesLed } from './edges/edges.ts';
import { fitAll } from './fit-view.ts';
import { roomNow } from './viewport.ts';

/** Milliseconds that work takes before a notice tells of it. */
const patience = 300;

/** Shows a notice with a way to stop, once work takes a while. Returns the function that takes the notice away. */
function notifyWhileWorking(message: string, stop: () => void): () => void {
  const timer = setTimeout(() => {
    const action = { label: 'Cancel', run: stop };
    useScreen.getState().notify({ tone: 'info', message, action, until: 'done' });
  }, patience);
  return () => {
    clearTimeout(timer);
    const { notices, dismiss } = useScreen.getState();
    for (const notice of notices) if (notice.message === message) dismiss(notice.id);
  };
}

const layouts = new Latest();
/** Where one is at work. */
let working: string | undefined;

/**
 * Lays out the graph that is shown, as one edit, and brings all of it into sight. Asked for once more meanwhile, it goes on: what
 * was edited is laid out with the rest. Where another graph is shown, or it is undone, it stops.
 */
export async function tidyShown(): Promise<void> {
  const at = placeShown();
  if (working === at) return;
  working = at;
  const nodes = Object.keys(useDocument.getState().shown.nodes).length;
  const closeNotice = notifyWhileWorking(`Tidying ${plural(nodes, 'node')} …`, () =>
    layouts.drop(),
  );
  try {
    const room = roomNow();
    const laid = await madeOfShown(layouts, async ({ shown }, signal) => {
      const [{ tidied }, { askLayers }] = await Promise.all([
        import('./tidied.ts'),
        import('./layers/ask-layers.ts'),
      ]);
      return tidied(shown, (units) =>
        askLayers({ ...units, ...(room === undefined ? {} : { room }) }, signal),
      );
    });
    if (laid === undefined) return;
    useDocument.getState().edit(() => laid);
    void edgesLed().then(() => fitAll());
  } finally {
    if (working === at) working = undefined;
    closeNotice();
  }
}
