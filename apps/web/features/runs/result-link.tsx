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
      className="max-w-44 min-w-0 truncate font-[580] text-ink hover:underline"
      title={`Show the output of ${title}`}
      data-testid="result-link"
      onClick={() => action('showNode')(path, 'output')}
    >
      {figure}
    </button>
  );
}
