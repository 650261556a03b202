import { Position } from '@xyflow/react';
import { useMemo } from 'react';
import { useDocument } from '../state/document-store.ts';
import { portsOf } from './node-port-names.ts';
import { useCard } from './use-card.ts';

interface FarCardProps {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly selected: boolean;
}

/** Where the renderer finds a port that is not drawn: as in `canvas.css`. */
function FarPort(props: {
  readonly name: string;
  readonly side: 'source' | 'target';
  readonly row: number;
}) {
  const { name, side, row } = props;
  return (
    <i
      className={`${side} far-port`}
      data-handleid={name}
      data-handlepos={side === 'source' ? Position.Right : Position.Left}
      style={{ top: 38.5 + 20 * row }}
    />
  );
}

/** What stands for a card of the picture: it has its name and states, and is pointed at, dragged and focused in its place. */
export function FarCard({ id, width, height, selected }: FarCardProps) {
  const { card, look } = useCard(id);
  const edges = useDocument((state) => state.shown.edges);
  const { inputs, outputs } = useMemo(() => portsOf(edges, id, look), [edges, id, look]);
  return (
    <article
      className="node pictured"
      data-selected={selected}
      {...card}
      style={{ ...card.style, width, height }}
    >
      {inputs.map((name, row) => (
        <FarPort key={name} name={name} side="target" row={row} />
      ))}
      {outputs.map((name, row) => (
        <FarPort key={name} name={name} side="source" row={row} />
      ))}
    </article>
  );
}
