import type { ArtifactRef } from '@graft/graph';
import { useFirstAnswer } from '../../api/runs/use-score.ts';
import { portsOf } from '@graft/view';
import { useDocument, useShape } from '../../kit/stores.ts';

/** The first answer, beside the names of the inputs and below those of the outputs, so that nothing moves when it comes. */
export function NodeAnswer({
  id,
  artifact,
}: {
  readonly id: string;
  readonly artifact: ArtifactRef;
}) {
  const look = useShape(useDocument(({ shown }) => shown.nodes[id]));
  const edges = useDocument(({ shown }) => shown.edges);
  const { inputs, outputs } = portsOf(edges, id, look);
  const text = useFirstAnswer(artifact);
  const lines = inputs.length - outputs.length;
  if (text === undefined || text === '' || lines < 1) return null;
  return (
    <p
      className="node-answer"
      data-testid="node-answer"
      title={text}
      style={{ top: `${String(outputs.length * 20)}px`, height: `${String(lines * 20)}px` }}
    >
      <span style={{ WebkitLineClamp: lines }}>{text}</span>
    </p>
  );
}
