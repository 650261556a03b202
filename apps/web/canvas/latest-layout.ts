import type { Graph } from '@graft/graph';
import { useDocument } from '../state/document-store.ts';
import { wayOf } from '../state/levels.ts';

/** The graph that is shown: of which file, and where within it. */
export const placeShown = (): string => {
  const { file, trail } = useDocument.getState();
  return JSON.stringify([file?.path, wayOf(trail)]);
};

/**
 * A way to lay out the graph that is shown, which takes a while: what is edited meanwhile is laid out with the rest. Gives
 * undefined where somebody went elsewhere meanwhile, or asked for it once more, which is answered then.
 */
export function latestLayout(): <Laid>(
  lay: (shown: Graph) => Promise<Laid>,
) => Promise<Laid | undefined> {
  let asked = 0;
  return async (lay) => {
    const [mine, at] = [++asked, placeShown()];
    for (;;) {
      const { shown } = useDocument.getState();
      const laid = await lay(shown);
      if (mine !== asked || placeShown() !== at) return undefined;
      if (useDocument.getState().shown === shown) return laid;
    }
  };
}
