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
      title="The graph runs whenever a file that it reads changes, while this page is open"
      data-testid="runs-on-change"
    >
      runs on change
      <button
        type="button"
        className="hover:text-ink"
        aria-label="Turn off “run on change”"
        title="Turn off “run on change”"
        onClick={() => {
          setRunsOnChange(path, false);
          announce('Run on change is off.');
        }}
      >
        <CloseIcon />
      </button>
    </span>
  );
}
