import { useRef, useState } from 'react';
import { drawPanel, keepPanels, resetPanel, type PanelName } from '@graft/view';

/** Pixels that an arrow key moves a border by. */
const keyStep = 24;

interface PanelBorderProps {
  readonly panel: PanelName;
  readonly label: string;
  /** Pixels that the panel has now; folded, those that stay of it. */
  readonly size: number;
  /** Pixels at least, when it is not folded. */
  readonly least: number;
  /** Pixels at most, as the window is now. */
  readonly most: number;
}

/** Draws a panel to a size: halfway below its least it is folded away. */
function drawTo({ panel, least, most }: PanelBorderProps, size: number): void {
  if (size < least / 2) drawPanel(panel, 'folded');
  else drawPanel(panel, { size: Math.round(Math.min(most, Math.max(least, size))) });
}

/** The border of a panel, to draw it larger and smaller by. */
export function PanelBorder(props: PanelBorderProps) {
  const { panel, label, size, least } = props;
  const [active, setActive] = useState(false);
  /** Where the drag began, and the size then. */
  const from = useRef<{ readonly at: number; readonly size: number }>(undefined);
  const isRow = panel === 'lower';
  // To the right, the panel on the left grows, the others shrink; downwards too.
  const sign = panel === 'palette' ? 1 : -1;
  const end = (): void => {
    if (from.current === undefined) return;
    from.current = undefined;
    setActive(false);
    keepPanels();
  };
  return (
    <div
      role="separator"
      tabIndex={0}
      className="divider"
      data-separator={active ? 'active' : undefined}
      aria-label={label}
      aria-orientation={isRow ? 'horizontal' : 'vertical'}
      aria-valuenow={Math.round(size)}
      aria-valuemin={least}
      onPointerDown={(event) => {
        if (event.button !== 0) return;
        event.currentTarget.setPointerCapture(event.pointerId);
        from.current = { at: isRow ? event.clientY : event.clientX, size };
        setActive(true);
      }}
      onPointerMove={(event) => {
        const began = from.current;
        if (began === undefined) return;
        const moved = (isRow ? event.clientY : event.clientX) - began.at;
        if (moved !== 0) drawTo(props, began.size + sign * moved);
      }}
      onPointerUp={end}
      onLostPointerCapture={end}
      onDoubleClick={() => resetPanel(panel)}
      onKeyDown={(event) => {
        const { key } = event;
        const forth = isRow ? 'ArrowDown' : 'ArrowRight';
        const back = isRow ? 'ArrowUp' : 'ArrowLeft';
        if (key !== forth && key !== back) return;
        event.preventDefault();
        drawTo(props, size + sign * (key === forth ? keyStep : -keyStep));
        keepPanels();
      }}
    />
  );
}
