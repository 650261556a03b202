import { useRef } from 'react';
import { drawnFrame, zoomNow } from '../viewport.ts';
import { useDocument } from '../../../kit/stores.ts';

interface Size {
  readonly width: number;
  readonly height: number;
}

interface ResizeHandleProps {
  /** What it goes by on the canvas. */
  readonly of: string;
  readonly label: string;
  readonly least: Size;
  /** Draws it so large, while the corner is being dragged. */
  readonly draw: (size: Size) => void;
  readonly keep: (size: Size) => void;
  /** Draws it as large as it is. */
  readonly redraw: () => void;
}

/** Pixels that an arrow key resizes by. */
const keyStep = 22;
const arrows: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ...{ ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] },
};

/** The lower right corner of something on the canvas, by which it is made larger: dragged, or by the arrows. */
export function ResizeHandle({ of, label, least, draw, keep, redraw }: ResizeHandleProps) {
  const from = useRef<Size & { readonly x: number; readonly y: number }>(undefined);
  const size = (): Size => drawnFrame(of) ?? least;
  const atLeast = ({ width, height }: Size): Size => ({
    width: Math.max(least.width, width),
    height: Math.max(least.height, height),
  });
  const dragged = ({ clientX, clientY }: { clientX: number; clientY: number }): Size => {
    const { x = clientX, y = clientY, width = 0, height = 0 } = from.current ?? {};
    const zoom = zoomNow();
    return atLeast({
      width: width + (clientX - x) / zoom,
      height: height + (clientY - y) / zoom,
    });
  };
  /** Ends a drag. What is not taken over, as of a run of before, is not left drawn so. */
  const letGo = (wanted?: Size): void => {
    const before = useDocument.getState().shown;
    from.current = undefined;
    if (wanted !== undefined) keep(wanted);
    if (useDocument.getState().shown === before) redraw();
  };
  return (
    <button
      type="button"
      className="resize-handle nodrag nopan"
      aria-label={label}
      title={`${label}: drag, or use the arrow keys`}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { ...size(), x: event.clientX, y: event.clientY };
      }}
      onPointerMove={(event) => {
        if (from.current !== undefined) draw(dragged(event));
      }}
      onPointerUp={(event) => {
        if (from.current === undefined) return;
        const { clientX, clientY } = event;
        const { x, y } = from.current;
        // A press that goes nowhere is no size that anybody wanted.
        letGo(clientX === x && clientY === y ? undefined : dragged(event));
      }}
      onPointerCancel={() => letGo()}
      onKeyDown={(event) => {
        const step = Object.hasOwn(arrows, event.key) ? arrows[event.key] : undefined;
        if (step === undefined) return;
        // Else the renderer would move it.
        event.preventDefault();
        event.stopPropagation();
        const { width, height } = size();
        keep(atLeast({ width: width + step[0] * keyStep, height: height + step[1] * keyStep }));
      }}
    />
  );
}
