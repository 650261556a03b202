import { BaseEdge, getBezierPath, type EdgeProps } from '@xyflow/react';
import { useState } from 'react';
import { create } from 'zustand';
import { useDocument, useScreen } from '../../../kit/stores.ts';
import { BendPoints } from './bend-points.tsx';
import { roundedPath } from './route-edges.ts';
import type { Point } from './shapes.ts';
import { useRoutes } from './use-routing.ts';

/** The edge on which a dragged node would be dropped. */
export const useEdgeUnder = create<{ readonly id: string | undefined }>()(() => ({
  id: undefined,
}));

/** Above so many selected nodes no edges stand out: all of them would. */
const mostLit = 12;

/** Whether an edge stands out, because a node at one of its ends is selected. */
export const isLit = (
  selection: readonly string[],
  { source, target }: Pick<EdgeProps, 'source' | 'target'>,
): boolean =>
  selection.length <= mostLit && (selection.includes(source) || selection.includes(target));

type PortPlaces = Pick<EdgeProps, 'sourceX' | 'sourceY' | 'targetX' | 'targetY'>;

const isNear = (a: number, b = Infinity): boolean => Math.abs(a - b) < 1.5;

/** A route moved along with both of its ports; undefined if it is out of date, as while a card or a bend is dragged. */
function placed(
  route: readonly Point[],
  { sourceX, sourceY, targetX, targetY }: PortPlaces,
  bends: readonly Point[],
): readonly Point[] | undefined {
  const { x = 0, y = 0 } = route[0] ?? {};
  const [right, down] = [sourceX - x, sourceY - y];
  const last = route.at(-1);
  if (!isNear(targetX - right, last?.x) || !isNear(targetY - down, last?.y)) return undefined;
  const here =
    right === 0 && down === 0 ? route : route.map((at) => ({ x: at.x + right, y: at.y + down }));
  const passes = (bend: Point): boolean =>
    here.some((at) => isNear(at.x, bend.x) && isNear(at.y, bend.y));
  return bends.every(passes) ? here : undefined;
}

const noBends: readonly Point[] = [];

/** An edge in the colour of its source: a curve, or a route around the cards that the curve would run behind. */
export function GraphEdgeView(props: EdgeProps) {
  const { id, style } = props;
  const route = useRoutes(({ routes }) => routes.get(id));
  const kept = useDocument(({ shown }) => shown.bends?.[id]);
  const [dragged, drag] = useState<readonly Point[]>();
  const bends = dragged ?? kept ?? noBends;
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition } = props;
  const [curve] = getBezierPath({
    ...{ sourceX, sourceY, sourcePosition },
    ...{ targetX, targetY, targetPosition },
  });
  const stops =
    bends.length === 0
      ? undefined
      : [{ x: sourceX, y: sourceY }, ...bends, { x: targetX, y: targetY }];
  const line = (route && placed(route, props, bends)) ?? stops;
  const under = useEdgeUnder((state) => state.id === id);
  const lit = useScreen(({ selection }) => isLit(selection, props));
  return (
    <>
      <BaseEdge
        id={id}
        path={line === undefined ? curve : roundedPath(line)}
        className={under ? 'under' : lit ? 'lit' : ''}
        style={style ?? {}}
        interactionWidth={18}
      />
      {bends.length === 0 ? null : <BendPoints {...{ id, bends, drag, style }} />}
    </>
  );
}
