import { announce, answersUnderWay, commandOf, isOver, openPanel } from '@graft/view';
import { useConversation, useDocument, useRunView, useScreen } from '../kit/stores.ts';
import { setRunsOnChange, useOpenRunsOnChange } from '../api/runs/run-on-change.ts';
import { CloseIcon } from '../kit/icons.tsx';
import { openFile } from '../api/graphs/open-file.ts';
import { fileTitle } from '../api/graphs/graph-file.ts';
import { runLine } from '../api/runs/plan-report.ts';

async function goThere(file: string, experiment: boolean): Promise<void> {
  await openFile(file);
  if (useDocument.getState().file?.path !== file) return;
  openPanel('lower');
  useScreen.getState().show({ bottomTab: experiment ? 'experiments' : 'run' });
}

/** Says that another file is running, and opens it; with several, the newest. */
function RunningElsewhere() {
  const [newest, ...others] = useRunView((state) => state.elsewhere);
  const open = useDocument((state) => state.file?.path);
  if (newest === undefined || newest.file === open) return null;
  const { file, experiment } = newest;
  const title = fileTitle(file);
  const more = others.map((other) => fileTitle(other.file));
  return (
    <button
      type="button"
      className="chip inline-flex min-w-0 items-center gap-1 hover:underline"
      data-tone="working"
      title={`Open ${title}, which is running${more.length === 0 ? '' : `. So are: ${more.join(', ')}`}`}
      data-testid="running-elsewhere"
      onClick={() => void goThere(file, experiment)}
    >
      <span className="mr-0.5 size-1.5 shrink-0 rounded-full bg-working" />
      <span className="max-w-48 truncate">{title}</span>{' '}
      <span>
        {more.length === 0 ? 'is running' : `and ${String(more.length)} more are running`}
      </span>
    </button>
  );
}

/** Says that the open file runs on change, and turns it off. */
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

/** Whether a question that was asked of the open graph has no answer yet, where its conversation is not the whole page. */
export function useAnswering(): boolean {
  const path = useDocument((state) => state.file?.path);
  const isApp = useScreen(({ view }) => view === 'app');
  return useConversation(
    ({ file, turns }) => !isApp && file === path && answersUnderWay(turns).length > 0,
  );
}

/** Says that a question is being answered, how far that is, and leads to it. */
function Answering() {
  const done = useRunView(({ asked }) =>
    asked === null || isOver(asked.run) ? '' : runLine(asked.run),
  );
  if (!useAnswering()) return null;
  return (
    <button
      type="button"
      // Not for answers that come at once.
      className="chip late inline-flex shrink-0 items-center gap-1 hover:underline"
      data-tone="working"
      title="Show the question"
      data-testid="answering"
      onClick={commandOf('ask').run}
    >
      <span className="mr-0.5 size-1.5 shrink-0 rounded-full bg-working" />
      <span>
        answering
        {done === '' ? '' : <span className="tabular-nums max-md:hidden"> · {done}</span>}
      </span>
    </button>
  );
}

/** What happens in the background. */
export function HeaderChips() {
  return (
    <>
      <RunningElsewhere />
      <Answering />
      <RunsOnChange />
    </>
  );
}
