import type { InternalNode, ReactFlowState } from '@xyflow/react';
import { useEffect, useRef, type PointerEvent } from 'react';
import { useTheme } from '../../kit/theme.ts';
import { useDocument } from '../../kit/stores.ts';
import { shapeOf, type Bounds } from '@graft/view';
import { familyColour } from '../../kit/node-types.ts';
import { boundsOf, reachesOut } from './drawn-frames.ts';
import { coloursAt } from './picture-colours.ts';
import { overviewSize, showView } from './viewport.ts';

/** React Flow's store. Imports nothing from React Flow: the bundler would split it. */
export interface OverviewStore {
  getState(): ReactFlowState;
  subscribe(changed: (now: ReactFlowState, before: ReactFlowState) => void): () => void;
}

/** Margin around the content, in pixels. */
const border = 5;
/** Corner radius of cards, in graph coordinates. */
const radius = 18;

/** The colour of a card in the style sheet. */
function colourOf({ id, type }: Pick<InternalNode, 'id' | 'type'>): string {
  if (type !== 'graph') return type === 'note' ? 'var(--line-strong)' : 'transparent';
  return familyColour(shapeOf(useDocument.getState().shown.nodes[id])?.group);
}

/** The part of the graph that the canvas shows. */
function viewOf({ transform: [x, y, zoom], width, height }: ReactFlowState): Bounds {
  const [left, top] = [-x / zoom, -y / zoom];
  return { left, top, right: left + width / zoom, bottom: top + height / zoom };
}

/**
 * The whole graph in a corner while part of it is out of sight: drag in it to move, scroll to zoom. One picture,
 * redrawn when nodes change. A moving view moves only a frame over it; React Flow's minimap would redraw each node.
 */
export function Overview({ flow }: { readonly flow: OverviewStore }) {
  const { width, height } = overviewSize;
  const box = useRef<HTMLDivElement>(null);
  const picture = useRef<HTMLCanvasElement>(null);
  const view = useRef<HTMLDivElement>(null);
  /** Graph units for each pixel of the overview. */
  const scale = useRef(1);
  const theme = useTheme();

  useEffect(() => {
    const [around, canvas, seen] = [box.current, picture.current, view.current];
    const context = canvas?.getContext('2d');
    if (!around || !canvas || !seen || !context) return;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let colours = coloursAt(around);
    let bounds: Bounds = { left: 0, top: 0, right: 1, bottom: 1 };
    // Nothing is drawn while it is hidden: a graph opens wholly in sight, and each selection changes the nodes.
    let isStale = true;
    /** Device pixels for each page pixel when the picture was drawn; they change with the zoom of the page. */
    let pixels = 0;

    const place = (): void => {
      const state = flow.getState();
      const useful = reachesOut(state);
      around.classList.toggle('hidden-overview', !useful);
      if (!useful) return;
      if (isStale || pixels !== devicePixelRatio) draw();
      const sight = viewOf(state);
      const left = Math.min(bounds.left, sight.left);
      const top = Math.min(bounds.top, sight.top);
      const [across, down] = [
        Math.max(bounds.right, sight.right) - left,
        Math.max(bounds.bottom, sight.bottom) - top,
      ];
      const per = Math.max(across / (width - 2 * border), down / (height - 2 * border));
      scale.current = per;
      const at = (x: number, y: number): string => {
        const [dx, dy] = [(width - across / per) / 2, (height - down / per) / 2];
        return `translate(${dx + (x - left) / per}px, ${dy + (y - top) / per}px)`;
      };
      const own = Math.max(
        (bounds.right - bounds.left) / width,
        (bounds.bottom - bounds.top) / height,
      );
      canvas.style.transform = `${at(bounds.left, bounds.top)} scale(${own / per})`;
      seen.style.transform = at(sight.left, sight.top);
      seen.style.width = `${(sight.right - sight.left) / per}px`;
      seen.style.height = `${(sight.bottom - sight.top) / per}px`;
    };
    const draw = (): void => {
      const { nodeLookup } = flow.getState();
      isStale = false;
      pixels = devicePixelRatio;
      bounds = boundsOf(nodeLookup.values());
      const across = bounds.right - bounds.left;
      if (!Number.isFinite(across)) return;
      const per = Math.max(across / width, (bounds.bottom - bounds.top) / height);
      canvas.width = width * pixels;
      canvas.height = height * pixels;
      const zoom = pixels / per;
      context.setTransform(zoom, 0, 0, zoom, -bounds.left * zoom, -bounds.top * zoom);
      context.globalAlpha = 0.55;
      for (const node of nodeLookup.values()) {
        const { x, y } = node.internals.positionAbsolute;
        context.fillStyle = colours.of(colourOf(node));
        context.beginPath();
        context.roundRect(x, y, node.measured.width ?? 0, node.measured.height ?? 0, radius);
        context.fill();
      }
    };
    const placeAnew = (): void => {
      isStale = true;
      place();
    };
    let waiting = 0;
    const next = (act: () => void): void => {
      waiting ||= requestAnimationFrame(() => {
        waiting = 0;
        act();
      });
    };
    const recolour = (): void => {
      colours = coloursAt(around);
      placeAnew();
    };
    placeAnew();
    dark.addEventListener('change', recolour);
    const stop = flow.subscribe((now, before) => {
      if (now.nodes !== before.nodes) next(placeAnew);
      else place();
    });
    return () => {
      stop();
      dark.removeEventListener('change', recolour);
      cancelAnimationFrame(waiting);
    };
  }, [width, height, flow, theme]);

  // The wheel zooms; the page beneath must not scroll.
  useEffect(() => {
    const around = box.current;
    const turn = (event: WheelEvent): void => {
      event.preventDefault();
      event.stopPropagation();
      const { transform, width: across, height: down, minZoom, maxZoom } = flow.getState();
      const [x, y, zoom] = transform;
      const step = event.deltaMode === 1 ? 0.05 : event.deltaMode === 0 ? 0.002 : 1;
      const wanted = zoom * 2 ** (-event.deltaY * step);
      const to = Math.min(maxZoom, Math.max(minZoom, wanted));
      const by = to / zoom;
      showView({
        x: across / 2 - (across / 2 - x) * by,
        y: down / 2 - (down / 2 - y) * by,
        zoom: to,
      });
    };
    around?.addEventListener('wheel', turn, { passive: false });
    return () => around?.removeEventListener('wheel', turn);
  }, [flow]);

  const drag = ({ buttons, movementX, movementY }: PointerEvent): void => {
    if (buttons !== 1) return;
    const [x, y, zoom] = flow.getState().transform;
    const by = scale.current * zoom;
    showView({ x: x - movementX * by, y: y - movementY * by, zoom });
  };
  return (
    <div
      ref={box}
      // Invisible for a moment at first, until it is known whether it is needed.
      className="react-flow__panel react-flow__minimap bottom left overview hidden-overview"
      role="img"
      aria-label="Overview of the graph"
      style={{ width, height }}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={drag}
    >
      <canvas ref={picture} style={{ width, height }} />
      <div ref={view} />
    </div>
  );
}
