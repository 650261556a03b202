import { BaseEdge, getBezierPath, type EdgeProps } from '@xyflow/react';
import { roundedPath } from './routing/route-edges.ts';
import type { Point } from './routing/shapes.ts';
import { useRoutes } from './routing/use-routes.ts';
import { useScreen } from '../state/screen-store.ts';
import { useEdgeUnder } from './edge-under.ts';

/** Selected nodes up to which their edges stand out: of more, all would. */
const mostLit = 12;

/** Whether the edges of a node that is selected stand out. */
export const isLit = (
  selection: readonly string[],
  { source, target }: Pick<EdgeProps, 'source' | 'target'>,
): boolean =>
  selection.length <= mostLit && (selection.includes(source) || selection.includes(target));

/** Whether a way ends where the ports are now: while a card is dragged, it does not. */
function fits(way: readonly Point[], { sourceX, sourceY, targetX, targetY }: EdgeProps): boolean {
  const [first, last] = [way[0], way.at(-1)];
  const near = (a: number, b: number | undefined): boolean => Math.abs(a - (b ?? Infinity)) < 1.5;
  return (
    near(sourceX, first?.x) &&
    near(sourceY, first?.y) &&
    near(targetX, last?.x) &&
    near(targetY, last?.y)
  );
}

/** An edge in the colour of its source: a curve, or a way around the cards that the curve would run behind. */
export function GraphEdgeView(props: EdgeProps) {
  const way = useRoutes(({ routes }) => routes.get(props.id));
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = props;
  const [curve] = getBezierPath({
    ...{ sourceX, sourceY, sourcePosition },
    ...{ targetX, targetY, targetPosition },
  });
  const path = way !== undefined && fits(way, props) ? roundedPath(way) : curve;
  const under = useEdgeUnder(({ id }) => id === props.id);
  const lit = useScreen(({ selection }) => isLit(selection, props));
  return (
    <BaseEdge
      id={props.id}
      path={path}
      className={under ? 'under' : lit ? 'lit' : ''}
      style={props.style ?? {}}
      interactionWidth={18}
    />
  );
}
