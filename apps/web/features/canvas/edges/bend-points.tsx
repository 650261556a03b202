import { formatEdge, type Bend } from '@graft/graph';
import { useRef, type CSSProperties } from 'react';
import { useDocument } from '../../../kit/stores.ts';
import { edgeName } from '../edge-ends.ts';
import { canvasPlace } from '../viewport.ts';
import { bendEdge, removeBend } from './bend-edits.ts';

interface BendPointsProps {
  /** The edge as its string. */
  readonly id: string;
  readonly bends: readonly Bend[];
  /** Shows the edge with other bends until they are let go. */
  readonly drag: (bends: readonly Bend[] | undefined) => void;
  readonly style: CSSProperties | undefined;
}

/** Pixels of the canvas that an arrow key moves a bend, and with Shift. */
const step = 5;
const stride = 20;
const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};
/** Pixels of the window that a press may slip without dragging. */
const slip = 3;

function BendPoint({
  id,
  bends,
  drag,
  at,
}: Omit<BendPointsProps, 'style'> & { readonly at: number }) {
  const name = useDocument(({ shown }) => {
    const edge = shown.edges.find((other) => formatEdge(other) === id);
    return edge === undefined ? '' : edgeName(edge, shown);
  });
  const pressed = useRef<Bend>(undefined);
  const isDragged = useRef(false);
  const { x, y } = bends[at] ?? { x: 0, y: 0 };
  const end = (): void => {
    pressed.current = undefined;
    isDragged.current = false;
    drag(undefined);
  };
  return (
    <g
      className="bend nodrag nopan nokey"
      transform={`translate(${x} ${y})`}
      data-bend={at}
      role="button"
      tabIndex={0}
      aria-label={`Bend point ${at + 1} of ${bends.length}: ${name}`}
      aria-description="Arrow keys move it, Delete removes it."
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.stopPropagation();
        event.currentTarget.setPointerCapture(event.pointerId);
        pressed.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={({ clientX, clientY }) => {
        const from = pressed.current;
        if (from === undefined) return;
        isDragged.current ||= Math.hypot(clientX - from.x, clientY - from.y) > slip;
        if (isDragged.current) drag(bends.with(at, canvasPlace({ x: clientX, y: clientY })));
      }}
      onPointerUp={() => {
        if (isDragged.current) bendEdge(id, bends);
        end();
      }}
      onPointerCancel={end}
      // The edge would be selected, or bent once more.
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => {
        event.stopPropagation();
        removeBend(id, at);
      }}
      onKeyDown={(event) => {
        const { key, shiftKey } = event;
        const way = Object.hasOwn(arrows, key) ? arrows[key] : undefined;
        if (key === 'Escape' && isDragged.current) end();
        else if (key === 'Delete' || key === 'Backspace') removeBend(id, at);
        else if (way !== undefined) {
          const by = shiftKey ? stride : step;
          const place = { x: x + way[0] * by, y: y + way[1] * by };
          bendEdge(id, bends.with(at, place), `bend ${id} ${String(at)}`);
        } else return;
        // These keys are meant neither for the edge nor for the selection.
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <circle className="bend-reach" r={13} />
      <circle className="bend-dot" r={4.5} />
    </g>
  );
}

/** The points that an edge is led through: dragged, moved by the arrow keys, and removed. */
export function BendPoints({ style, ...edge }: BendPointsProps) {
  return (
    <g style={{ stroke: style?.stroke }}>
      {edge.bends.map((_bend, at) => (
        <BendPoint key={at} {...edge} at={at} />
      ))}
    </g>
  );
}
