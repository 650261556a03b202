import { formatEdge, type Bend } from '@graft/graph';
import { useRef, useState, type CSSProperties } from 'react';
import { useDocument } from '../../kit/stores.ts';
import { bendEdge, previewBends, removeBend } from './bend-edits.ts';
import { edgeName } from './edge-ends.ts';
import { canvasPlace } from './viewport.ts';

interface BendPointsProps {
  /** The edge as its string. */
  readonly id: string;
  readonly bends: readonly Bend[];
  readonly style: CSSProperties | undefined;
}

/** Pixels of the canvas that an arrow key moves a bend, and with Shift. */
const step = 5;
const stride = 20;
const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};
/** Pixels of the window that a press may slip and still be none that drags. */
const slip = 3;

function BendPoint({ id, bends, at }: Omit<BendPointsProps, 'style'> & { readonly at: number }) {
  const name = useDocument(({ shown }) => {
    const edge = shown.edges.find((one) => formatEdge(one) === id);
    return edge === undefined ? '' : edgeName(edge, shown);
  });
  const began = useRef<Bend>(undefined);
  const takeBack = useRef<() => void>(undefined);
  const [dragged, drag] = useState<Bend>();
  const { x, y } = dragged ?? bends[at] ?? { x: 0, y: 0 };
  const end = (): void => {
    began.current = undefined;
    takeBack.current = undefined;
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
        began.current = { x: event.clientX, y: event.clientY };
      }}
      onPointerMove={({ clientX, clientY }) => {
        const from = began.current;
        if (from === undefined) return;
        const far = Math.hypot(clientX - from.x, clientY - from.y) > slip;
        if (dragged === undefined && !far) return;
        const place = canvasPlace({ x: clientX, y: clientY });
        drag(place);
        const undo = previewBends(id, bends.with(at, place));
        takeBack.current ??= undo;
      }}
      onPointerUp={() => {
        if (dragged !== undefined) bendEdge(id, bends.with(at, dragged));
        end();
      }}
      onPointerCancel={() => {
        takeBack.current?.();
        end();
      }}
      // The edge would be selected, or bent once more.
      onClick={(event) => event.stopPropagation()}
      onDoubleClick={(event) => {
        event.stopPropagation();
        removeBend(id, at);
      }}
      onKeyDown={(event) => {
        const { key, shiftKey } = event;
        const way = Object.hasOwn(arrows, key) ? arrows[key] : undefined;
        if (key === 'Escape' && dragged !== undefined) {
          takeBack.current?.();
          end();
        } else if (key === 'Delete' || key === 'Backspace') removeBend(id, at);
        else if (way !== undefined) {
          const by = shiftKey ? stride : step;
          const place = { x: x + way[0] * by, y: y + way[1] * by };
          bendEdge(id, bends.with(at, place), `bend ${id} ${String(at)}`);
        } else return;
        // They are not meant for the edge, nor for what is selected.
        event.preventDefault();
        event.stopPropagation();
      }}
    >
      <circle className="bend-reach" r={13} />
      <circle className="bend-dot" r={4.5} />
    </g>
  );
}

/** The points that an edge is led through: dragged, moved by the arrows, and removed. */
export function BendPoints({ id, bends, style }: BendPointsProps) {
  return (
    <g style={{ stroke: style?.stroke }}>
      {bends.map((_bend, at) => (
        <BendPoint key={at} {...{ id, bends, at }} />
      ))}
    </g>
  );
}
