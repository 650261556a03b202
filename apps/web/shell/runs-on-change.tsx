import { announce } from '@graft/view';
import { useDocument } from '../kit/stores.ts';
import { setRunsOnChange, useOpenRunsOnChange } from '../api/runs/run-on-change.ts';
import { CloseIcon } from '../kit/icons.tsx';

/** That the open file runs by itself, which is else seen only when it does; it is switched off here. */
export function RunsOnChange() {
  const path = useDocument((state) => state.file?.path);
  const on = useOpenRunsOnChange();
  if (path === undefined || !on) return null;
  return (
    <span
      className="chip inline-flex shrink-0 items-center gap-1"
      data-tone="working"
      title="The graph runs whenever files that it reads change, while this page is open"
      data-testid="runs-on-change"
    >
      runs on changes
      <button
        type="button"
        className="hover:text-ink"
        aria-label="Do not run when files change"
        title="Do not run when files change"
        onClick={() => {
          setRunsOnChange(path, false);
          announce('The graph runs only when you run it.');
        }}
      >
        <CloseIcon />
      </button>
    </span>
  );
}
