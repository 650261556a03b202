import type { EdgeChange, InternalNode, Node as FlowNode, ReactFlowState } from '@xyflow/react';
import { useEffect, useLayoutEffect, useRef } from 'react';
import { lookOf } from '../state/node-shape.ts';
import { untitled } from '../state/node-titles.ts';
import { useDocument } from '../state/document-store.ts';
import { useTheme } from '../shell/theme.ts';
import { useUsedGraphs } from '../state/used-graphs.ts';
import { familyColour } from './family-colour.ts';
import { useFarCards } from './far-cards.ts';
import { curveOf, drawPicture, type PictureCard, type PictureEdge } from './far-picture.ts';
import type { GraphFlowEdge } from './flow-nodes.ts';
import { coloursAt } from './picture-colours.ts';
import { portPlace } from './port-place.ts';
import type { Point } from './routing/shapes.ts';

interface FarLayerProps {
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly GraphFlowEdge[];
  readonly far: number;
  readonly onEdgesChange: (changes: EdgeChange<GraphFlowEdge>[]) => void;
  /** The renderer's own store. Nothing is imported from the renderer here: it would come in pieces then. */
  readonly flow: {
    getState(): Pick<ReactFlowState, 'transform' | 'width' | 'height' | 'domNode'> & {
      readonly nodeLookup: ReadonlyMap<string, InternalNode>;
    };
    subscribe(changed: (now: ReactFlowState, before: ReactFlowState) => void): () => void;
  };
}

/** How far the picture reaches beyond the canvas on each side, as a share of it. */
const margin = 0.35;
/** By how much the picture may be drawn larger or smaller than it was made, while the view moves. */
const leastScale = 0.66;
const mostScale = 1.5;
/** Milliseconds without a move after which the picture is made anew for where the view stands. */
const rest = 120;
/** Pixels from an edge within which a press means it. */
const reach = 6;

function useScene({ nodes, edges, flow }: Pick<FarLayerProps, 'nodes' | 'edges' | 'flow'>) {
  const graphNodes = useDocument((state) => state.shown.nodes);
  const used = useUsedGraphs((state) => state.lookup);
  const scene = useRef<{ cards: PictureCard[]; edges: PictureEdge[] }>({ cards: [], edges: [] });
  // After the renderer has taken over the nodes.
  useEffect(() => {
    const { nodeLookup } = flow.getState();
    scene.current = {
      cards: nodes.flatMap(({ id, position, measured }) => {
        const node = graphNodes[id];
        const { width, height } = measured ?? {};
        if (node === undefined || width === undefined || height === undefined) return [];
        const colour = familyColour(lookOf(node)?.group);
        return [{ ...position, width, height, title: node.title ?? untitled(id, node), colour }];
      }),
      edges: edges.flatMap((edge) => {
        const from = portPlace(nodeLookup.get(edge.source), 'source', edge.sourceHandle);
        const to = portPlace(nodeLookup.get(edge.target), 'target', edge.targetHandle);
        if (from === undefined || to === undefined) return [];
        return [{ id: edge.id, from, to, colour: String(edge.style?.stroke ?? 'var(--ink-3)') }];
      }),
    };
  }, [nodes, edges, graphNodes, used, flow]);
  return scene;
}

/**
 * Cards and edges of a large graph as one picture beneath the nodes. While the view moves, the picture is moved, which costs
 * next to nothing; it is made anew where that would show, and when the view has come to rest.
 */
export function FarLayer({ nodes, edges, far, onEdgesChange, flow }: FarLayerProps) {
  const picture = useRef<HTMLCanvasElement>(null);
  const scene = useScene({ nodes, edges, flow });
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
      return scene.current.edges.find((edge) => context.isPointInStroke(curveOf(edge), at.x, at.y))
        ?.id;
    };
    useFarCards.setState({ edgeAt });
    return () => useFarCards.setState({ edgeAt: undefined });
  }, [flow, scene]);

  useEffect(() => {
    const canvas = picture.current;
    const context = canvas?.getContext('2d');
    const frame = canvas?.parentElement;
    if (!canvas || !context || !frame) return;
    let drawn = { x: 0, y: 0, zoom: 0, width: 0, height: 0, left: 0, top: 0 };
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let colours = coloursAt(frame);
    const font = getComputedStyle(frame).fontFamily;

    const draw = (): void => {
      const { width, height, transform } = flow.getState();
      const [x, y, zoom] = transform;
      // Whole pixels: what is drawn between two is blurred.
      const [left, top] = [Math.round(width * margin), Math.round(height * margin)];
      const ratio = devicePixelRatio;
      const [columns, rows] = [width + 2 * left, height + 2 * top].map((side) =>
        Math.round(side * ratio),
      );
      if (canvas.width !== columns || canvas.height !== rows) {
        canvas.width = columns ?? 0;
        canvas.height = rows ?? 0;
        canvas.style.width = `${width + 2 * left}px`;
        canvas.style.height = `${height + 2 * top}px`;
      } else {
        context.setTransform(1, 0, 0, 1, 0, 0);
        context.clearRect(0, 0, canvas.width, canvas.height);
      }
      const scale = zoom * ratio;
      context.setTransform(scale, 0, 0, scale, (x + left) * ratio, (y + top) * ratio);
      const [from, to] = [-(x + left) / zoom, (width + left - x) / zoom];
      const [above, below] = [-(y + top) / zoom, (height + top - y) / zoom];
      const cards = scene.current.cards.filter(
        (card) =>
          card.x < to &&
          card.x + card.width > from &&
          card.y < below &&
          card.y + card.height > above,
      );
      const shown = scene.current.edges.filter(
        (edge) =>
          Math.min(edge.from.x, edge.to.x) < to &&
          Math.max(edge.from.x, edge.to.x) > from &&
          Math.min(edge.from.y, edge.to.y) < below &&
          Math.max(edge.from.y, edge.to.y) > above,
      );
      drawPicture(context, { cards, edges: shown, far, colours, font });
      drawn = { x, y, zoom, width, height, left, top };
      canvas.style.transform = `translate(${-left}px, ${-top}px)`;
    };
    const follow = (): void => {
      const { transform, width, height } = flow.getState();
      const [x, y, zoom] = transform;
      const scale = zoom / drawn.zoom;
      const [left, top] = [x - (drawn.x + drawn.left) * scale, y - (drawn.y + drawn.top) * scale];
      const covers =
        left <= 0 &&
        top <= 0 &&
        left + (width + 2 * drawn.left) * scale >= width &&
        top + (height + 2 * drawn.top) * scale >= height;
      const sized = drawn.width === width && drawn.height === height;
      if (!covers || !sized || scale < leastScale || scale > mostScale) draw();
      else canvas.style.transform = `translate(${left}px, ${top}px) scale(${scale})`;
    };
    let settling: ReturnType<typeof setTimeout> | undefined;
    let waiting = 0;
    drawAnew.current = () => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        draw();
      });
    };
    const recolour = (): void => {
      colours = coloursAt(frame);
      drawAnew.current();
    };
    drawAnew.current();
    dark.addEventListener('change', recolour);
    const stop = flow.subscribe((now, before) => {
      const moved = now.transform !== before.transform;
      if (!moved && now.width === before.width && now.height === before.height) return;
      follow();
      clearTimeout(settling);
      settling = setTimeout(draw, rest);
    });
    return () => {
      stop();
      dark.removeEventListener('change', recolour);
      clearTimeout(settling);
      cancelAnimationFrame(waiting);
    };
  }, [flow, scene, far, theme]);

  useEffect(() => drawAnew.current(), [nodes, edges]);

  // A press beside the nodes means the edge that is there.
  useEffect(() => {
    const pane = picture.current?.parentElement?.querySelector<HTMLElement>('.react-flow__pane');
    const press = ({ target, clientX: x, clientY: y }: MouseEvent): void => {
      const id = target === pane ? useFarCards.getState().edgeAt?.({ x, y }) : undefined;
      if (id === undefined) return;
      // After the renderer, which takes a press here to mean nothing.
      setTimeout(() => onEdgesChange([{ type: 'select', id, selected: true }]));
    };
    pane?.addEventListener('click', press);
    return () => pane?.removeEventListener('click', press);
  }, [onEdgesChange]);

  return <canvas ref={picture} className="far-picture" aria-hidden="true" />;
}
