import { BaseEdge, getBezierPath, useInternalNode, type EdgeProps } from '@xyflow/react';

/** Pixels that a backward edge runs out of its ports, and stays above the node it leads to. */
const run = 26;
const above = 16;

/** Back to the left: out of the source, along above the target, and into it, as an S lying on its side. */
function backwardPath(
  from: { x: number; y: number },
  to: { x: number; y: number },
  lane: number,
): string {
  return [
    `M${from.x} ${from.y}`,
    `C${from.x + run} ${from.y} ${from.x + run} ${lane} ${from.x - 6} ${lane}`,
    `L${to.x + 6} ${lane}`,
    `C${to.x - run} ${lane} ${to.x - run} ${to.y} ${to.x} ${to.y}`,
  ].join(' ');
}

/** An edge in the colour of its source. */
export function GraphEdgeView(props: EdgeProps) {
  const { sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, target } = props;
  const top = useInternalNode(target)?.internals.positionAbsolute.y ?? targetY;
  const [forward] = getBezierPath({
    sourceX,
    sourceY,
    targetX,
    targetY,
    sourcePosition,
    targetPosition,
  });
  const path =
    targetX > sourceX
      ? forward
      : backwardPath({ x: sourceX, y: sourceY }, { x: targetX, y: targetY }, top - above);
  return <BaseEdge id={props.id} path={path} style={props.style ?? {}} interactionWidth={18} />;
}
