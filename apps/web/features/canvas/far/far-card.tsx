import { useCard } from '../use-card.ts';

interface FarCardProps {
  readonly id: string;
  readonly width: number;
  readonly height: number;
  readonly selected: boolean;
}

/** What stands for a card of the picture: it has its name and states, and is pointed at, dragged and focused in its place. */
export function FarCard({ id, width, height, selected }: FarCardProps) {
  const { card } = useCard(id);
  return (
    <article
      className="node pictured"
      data-selected={selected}
      {...card}
      style={{ ...card.style, width, height }}
    />
  );
}
