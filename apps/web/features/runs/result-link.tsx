import { action, prefixOf, titleAmong } from '@graft/view';
import { useResults, useResultText } from '../../api/runs/use-results.ts';
import { useDocument } from '../../kit/stores.ts';

/** Leads to the node whose result matters most. */
export function ResultLink() {
  const [first] = useResults() ?? [];
  return first === undefined ? null : <LinkTo id={first} />;
}

function LinkTo({ id }: { readonly id: string }) {
  const path = useDocument(({ trail }) => prefixOf(trail)) + id;
  const title = useDocument(({ shown }) => titleAmong(id, shown.nodes));
  const [figure] = useResultText(path);
  return (
    <button
      type="button"
      className="min-w-0 max-w-96 truncate text-accent hover:underline"
      title="Show the node with this result"
      data-testid="result-link"
      onClick={() => action('showNode')(path)}
    >
      {title}: <b className="font-[580]">{figure}</b>
    </button>
  );
}
