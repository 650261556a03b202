import { count } from '@graft/nodes/kit/ui';

/** Above rows that begin in the middle of an output: draws those before them too. */
export function RowsBefore(props: {
  /** Number of the first row that is drawn, from 0. */
  readonly first: number;
  readonly loading: boolean;
  /** Undefined where there is nothing before. */
  readonly loadBefore: (() => void) | undefined;
}) {
  const { first, loading, loadBefore } = props;
  if (loadBefore === undefined) return null;
  return (
    <button
      type="button"
      className="border-b border-line px-4 py-1.5 text-left text-sm text-ink-2 hover:text-ink"
      disabled={loading}
      onClick={loadBefore}
    >
      Show the rows before row {count(first + 1)}
    </button>
  );
}
