import { useRef, type ReactNode } from 'react';

/** Pixels that an arrow key moves the lower edge by. */
const keyStep = 40;
const least = 90;

interface OutputFrameProps {
  /** Pixels; undefined: as high as it needs, up to a limit. */
  readonly height: number | undefined;
  readonly resize: (height: number | undefined) => void;
  readonly label: string;
  readonly children: ReactNode;
}

/**
 * An output in its cell. Dragging its lower edge, or the arrow keys on it, changes the height; a double click or Enter
 * resets it.
 */
export function OutputFrame({ height, resize, label, children }: OutputFrameProps) {
  const frame = useRef<HTMLDivElement>(null);
  const from = useRef<{ readonly at: number; readonly height: number }>(undefined);
  const now = (): number => frame.current?.offsetHeight ?? least;
  const drawTo = (wanted: number): void => resize(Math.round(Math.max(least, wanted)));
  return (
    <>
      <div
        ref={frame}
        className="cell-output"
        data-sized={height !== undefined}
        style={height === undefined ? undefined : { height }}
      >
        {children}
      </div>
      <div
        role="separator"
        tabIndex={0}
        className="cell-edge"
        aria-label={`Height of the output of ${label}`}
        aria-orientation="horizontal"
        aria-valuenow={height ?? least}
        aria-valuemin={least}
        aria-valuetext={height === undefined ? 'automatic' : `${String(height)} pixels`}
        title="Drag to resize the output; double-click or press Enter to reset its height"
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          from.current = { at: event.clientY, height: now() };
        }}
        onPointerMove={({ clientY }) => {
          const began = from.current;
          if (began !== undefined && clientY !== began.at)
            drawTo(began.height + clientY - began.at);
        }}
        onPointerUp={() => (from.current = undefined)}
        onLostPointerCapture={() => (from.current = undefined)}
        onDoubleClick={() => resize(undefined)}
        onKeyDown={(event) => {
          const { key } = event;
          if (key === 'Enter') resize(undefined);
          else if (key === 'ArrowDown' || key === 'ArrowUp')
            drawTo(now() + (key === 'ArrowDown' ? keyStep : -keyStep));
          else return;
          event.preventDefault();
        }}
      />
    </>
  );
}
