import { boundsAround, lowerToCome, resultNodes, type Bounds } from '@graft/view';
import { useDocument, usePanels } from '../../kit/stores.ts';
import { drawnRoutes } from './edges/edges.ts';
import { manyNodes } from './far/far-view.ts';
import { fittedView, openingView } from './fitted-view.ts';
import { drawnBoxes, moveTo, roomNow } from './viewport.ts';

/** What is drawn: cards, notes, groups, and edges that bow out of the box around these. */
function drawnBounds(): Bounds {
  const bends = [...drawnRoutes().values()].flat();
  return boundsAround([...drawnBoxes(), ...bends]);
}

const toCome = (): number => lowerToCome(usePanels.getState(), window.innerHeight);

/** Brings all of the graph into sight, clear of the tools at the lower edge; of a huge one too. `duration` in ms. */
export async function fitAll(duration = 120): Promise<void> {
  const [room, all] = [roomNow(), drawnBounds()];
  if (room === undefined || all.left === Infinity) return;
  await moveTo(fittedView(all, room, toCome()), duration);
}

/** Shows a graph that was opened: all of it, or its results where that would be too small to read. A large one is a picture. */
export async function openView(): Promise<void> {
  const { shown } = useDocument.getState();
  const [room, all] = [roomNow(), drawnBounds()];
  if (room === undefined || all.left === Infinity) return;
  if (Object.keys(shown.nodes).length > manyNodes) return fitAll(0);
  const cards = new Map(drawnBoxes().map((box) => [box.id, box]));
  const results = resultNodes(shown).flatMap((id) => {
    const card = cards.get(id);
    return card === undefined ? [] : [boundsAround([card])];
  });
  await moveTo(openingView({ all, results }, room, toCome()));
}
