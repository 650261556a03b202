import { answersMediaType, isRecord, type ArtifactRef } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/client.ts';
import { portsOf } from '@graft/view';
import { useDocument, useShape } from '../../kit/stores.ts';

/** Characters of an answer that a card has room for. */
const snippetLength = 80;

/** The beginning of the first answer; undefined for other rows, and until it has come. */
function useFirstAnswer(artifact: ArtifactRef | undefined): string | undefined {
  const answers = artifact?.mediaType === answersMediaType;
  const { data } = useQuery(
    queries.artifacts.page.queryOptions(
      { artifact: artifact ?? { digest: '', mediaType: '', size: 0 }, offset: 0, limit: 1 },
      { enabled: answers, staleTime: Infinity },
    ),
  );
  const row: unknown = data?.rows[0];
  const text = isRecord(row) ? row['text'] : undefined;
  return typeof text === 'string' ? text.trim().slice(0, snippetLength) : undefined;
}

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
