import type {
  EdgeChange,
  InternalNode,
  Node as FlowNode,
  ReactFlowState,
  NodeChange,
} from '@xyflow/react';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { useTheme } from '../../../kit/theme.ts';
import { useFarCards } from './far-cards.ts';
import { curveOf, isInBounds, type PictureEdge } from './draw-picture.ts';
import { renewedCards, useScene, type Scene } from './scene.ts';
import type { GraphFlowEdge } from '../flow-nodes.ts';
import { carriedPicture } from './carried-picture.ts';
import { pictureOn, type PictureView } from './picture-canvas.ts';
import { coloursAt } from '../picture-colours.ts';
import type { Point } from '../edges/edges.ts';

/** The most nodes that are drawn one by one during a drag; more are moved as one picture. */
const fewCarried = 30;

/**
 * The changes of a drag that are drawn one by one. When many nodes of the picture move together, they become a picture
 * of their own until the drop.
 */
function carriedAsPicture(
  changes: readonly NodeChange[],
  nodes: readonly FlowNode[],
): readonly NodeChange[] {
  const { carried } = useFarCards.getState();
  const isStep = (change: NodeChange): boolean => change.type === 'position';
  const steps = changes.filter(isStep).length;
  if (steps <= fewCarried) return changes;
  const known = carried?.known ?? new Map(nodes.map((node) => [node.id, node]));
  const isCard = (id: string): boolean => known.get(id)?.type === 'graph';
  const moved = changes.flatMap((change) =>
    change.type === 'position' && change.position !== undefined && isCard(change.id) ? change : [],
  );
  const [first] = moved;
  const from = first === undefined ? undefined : known.get(first.id)?.position;
  if (first?.position === undefined || from === undefined) return changes;
  const by = { x: first.position.x - from.x, y: first.position.y - from.y };
  // After the drop, their places come with the graph.
  if (first.dragging !== true) useFarCards.setState({ carried: undefined });
  else {
    const ids = carried?.ids ?? new Set(moved.map(({ id }) => id));
    useFarCards.setState({ carried: { ids, known, by } });
  }
  return changes.filter((change) => !isStep(change) || !('id' in change) || !isCard(change.id));
}

interface FarLayerProps {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly GraphFlowEdge[];
  readonly far: number;
  readonly onEdgesChange: (changes: EdgeChange<GraphFlowEdge>[]) => void;
  /** React Flow's store. Imports nothing from React Flow: the bundler would split it. */
  readonly flow: {
    getState(): PictureView & {
      readonly domNode: HTMLElement | null;
      readonly nodeLookup: ReadonlyMap<string, InternalNode>;
    };
    subscribe(changed: (now: ReactFlowState, before: ReactFlowState) => void): () => void;
  };
}

/** Milliseconds without movement after which the picture is redrawn for the new view. */
const rest = 120;
/** Pixels around an edge within which a press hits it. */
const reach = 6;

/** The part of the scene that stays while some nodes are dragged. */
function staying({ cards, edges }: Scene): Scene {
  const ids = useFarCards.getState().carried?.ids;
  if (ids === undefined) return { cards, edges };
  return {
    cards: cards.filter(({ id }) => !ids.has(id)),
    edges: edges.filter(({ source, target }) => !ids.has(source) && !ids.has(target)),
  };
}

/**
 * Cards and edges of a large graph as one picture beneath the nodes. A moving view moves the picture, which costs
 * almost nothing; it is redrawn where that would show, and when the view rests. Dragged nodes are pictures of their
 * own.
 */
export function FarLayer({ nodes, edges, far, onEdgesChange, flow }: FarLayerProps) {
  const picture = useRef<HTMLCanvasElement>(null);
  const between = useRef<HTMLCanvasElement>(null);
  const moving = useRef<HTMLCanvasElement>(null);
  const current = useScene({ nodes, edges, flow });
  const scene = useRef(current);
  scene.current = current;
  const theme = useTheme();
  const drawAnew = useRef<() => void>(() => undefined);

  useLayoutEffect(() => {
    const context = document.createElement('canvas').getContext('2d');
    const edgeAt = ({ x, y }: Point): string | undefined => {
      const { transform, domNode } = flow.getState();
      const box = domNode?.getBoundingClientRect();
      if (box === undefined || context === null) return undefined;
      const [left, top, zoom] = transform;
      context.lineWidth = (2 * reach) / zoom;
      const at = { x: (x - box.left - left) / zoom, y: (y - box.top - top) / zoom };
      const hits = (edge: PictureEdge): boolean =>
        isInBounds(edge, at, reach / zoom) && context.isPointInStroke(curveOf(edge), at.x, at.y);
      return scene.current.edges.find(hits)?.id;
    };
    useFarCards.setState({ edgeAt, carry: carriedAsPicture });
    return () => {
      useFarCards.setState({ edgeAt: undefined, carry: undefined, carried: undefined });
    };
  }, [flow]);

  useEffect(() => {
    const [canvas, over, front] = [picture.current, between.current, moving.current];
    const frame = canvas?.parentElement;
    if (!canvas || !over || !front || !frame) return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    const font = getComputedStyle(frame).fontFamily;
    let look = { far, font, colours: coloursAt(frame) };
    const still = pictureOn(canvas);
    const carried = carriedPicture({ between: over, moving: front });

    let drawn: Scene | undefined;
    let settling: ReturnType<typeof setTimeout> | undefined;
    const settle = (): void => {
      clearTimeout(settling);
      settling = setTimeout(draw, rest);
    };
    const draw = (): void => {
      const view = flow.getState();
      still.draw(view, staying(scene.current), look);
      carried.draw(view, scene.current, look);
      drawn = scene.current;
    };
    /** Draws what is different: while a graph runs, that is a few cards. */
    const renew = (): void => {
      const isCarrying = useFarCards.getState().carried !== undefined;
      const cards =
        drawn === undefined || isCarrying ? undefined : renewedCards(scene.current, drawn);
      if (cards === undefined) return draw();
      still.renew(cards, look);
      drawn = scene.current;
      // Drawn over one another, edges of cards are not exact.
      settle();
    };
    const follow = (): void => {
      const view = flow.getState();
      const isThere = still.move(view);
      if (!isThere) draw();
      else carried.move(view, scene.current, look);
    };
    let waiting = 0;
    const acts = new Set<() => void>();
    const soon = (act: () => void): void => {
      acts.add(act);
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        const due = [...acts];
        acts.clear();
        for (const act of due) act();
      });
    };
    drawAnew.current = () => soon(renew);
    const recolour = (): void => {
      look = { ...look, colours: coloursAt(frame) };
      soon(draw);
    };
    soon(draw);
    dark.addEventListener('change', recolour);
    const stop = flow.subscribe((now, before) => {
      const moved = now.transform !== before.transform;
      if (!moved && now.width === before.width && now.height === before.height) return;
      follow();
      settle();
    });
    const stopCarrying = useFarCards.subscribe((now, before) => {
      if (now.carried === before.carried) return;
      // Dropped nodes are drawn with the scene that has them in their new place, or in the old one.
      if (now.carried === undefined) {
        drawn = undefined;
        settle();
      } else if (now.carried.ids === before.carried?.ids) soon(follow);
      else draw();
    });
    return () => {
      stop();
      stopCarrying();
      dark.removeEventListener('change', recolour);
      clearTimeout(settling);
      cancelAnimationFrame(waiting);
    };
  }, [flow, far, theme]);

  useEffect(() => drawAnew.current(), [current]);

  // A press beside the nodes hits the edge there.
  useEffect(() => {
    const pane = picture.current?.parentElement?.querySelector<HTMLElement>('.react-flow__pane');
    const press = ({ target, clientX: x, clientY: y }: MouseEvent): void => {
      const id = target === pane ? useFarCards.getState().edgeAt?.({ x, y }) : undefined;
      if (id === undefined) return;
      // After React Flow, for which a press here hits nothing.
      setTimeout(() => onEdgesChange([{ type: 'select', id, selected: true }]));
    };
    pane?.addEventListener('click', press);
    return () => pane?.removeEventListener('click', press);
  }, [onEdgesChange]);

  return (
    <>
      <canvas ref={picture} className="far-picture" aria-hidden="true" />
      <canvas ref={between} className="far-carried" hidden aria-hidden="true" />
      <canvas ref={moving} className="far-carried" hidden aria-hidden="true" />
    </>
  );
}
