import { BaseEdge, getBezierPath, type EdgeProps } from '@xyflow/react';
import { roundedPath } from './routing/route-edges.ts';
import type { Point } from './routing/shapes.ts';
import { useRoutes } from './routing/routes.ts';
import { BendPoints } from './bend-points.tsx';
import { useDocument, useScreen } from '../../kit/stores.ts';
import { useEdgeUnder } from './edge-under.ts';

/** Selected nodes up to which their edges stand out: of more, all would. */
const mostLit = 12;

/** Whether the edges of a node that is selected stand out. */
export const isLit = (
  selection: readonly string[],
  { source, target }: Pick<EdgeProps, 'source' | 'target'>,
): boolean =>
  selection.length <= mostLit && (selection.includes(source) || selection.includes(target));

/** A way where the ports are now: moved along with both; undefined where only one is elsewhere, as while a card is dragged. */
function placed(
  way: readonly Point[],
  { sourceX, sourceY, targetX, targetY }: EdgeProps,
): readonly Point[] | undefined {
  const { x = 0, y = 0 } = way[0] ?? {};
  const [right, down] = [sourceX - x, sourceY - y];
  const last = way.at(-1);
  const isNear = (a: number, b = Infinity): boolean => Math.abs(a - b) < 1.5;
  if (!isNear(targetX - right, last?.x) || !isNear(targetY - down, last?.y)) return undefined;
  return right === 0 && down === 0 ? way : way.map((at) => ({ x: at.x + right, y: at.y + down }));
}

/** An edge in the colour of its source: a curve, or a way around the cards that the curve would run behind. */
export function GraphEdgeView(props: EdgeProps) {
  const way = useRoutes(({ routes }) => routes.get(props.id));
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = props;
  const [curve] = getBezierPath({
    ...{ sourceX, sourceY, sourcePosition },
    ...{ targetX, targetY, targetPosition },
  });
  const bends = useDocument(({ shown }) => shown.bends?.[props.id]);
  const stops = bends && [{ x: sourceX, y: sourceY }, ...bends, { x: targetX, y: targetY }];
  const line = (way && placed(way, props)) ?? stops;
  const path = line === undefined ? curve : roundedPath(line);
  const under = useEdgeUnder(({ id }) => id === props.id);
  const lit = useScreen(({ selection }) => isLit(selection, props));
  return (
    <>
      <BaseEdge
        id={props.id}
        path={path}
        className={under ? 'under' : lit ? 'lit' : ''}
        style={props.style ?? {}}
        interactionWidth={18}
      />
      {bends === undefined ? null : <BendPoints id={props.id} bends={bends} style={props.style} />}
    </>
  );
}
