import { useDocument, useRunView, useScreen } from '../kit/stores.ts';
import { openFile } from '../api/graphs/open-file.ts';
import { fileTitle } from '../api/graphs/graph-file.ts';
import { openPanel } from '@graft/view';

async function goThere(file: string, experiment: boolean): Promise<void> {
  await openFile(file);
  if (useDocument.getState().file?.path !== file) return;
  openPanel('lower');
  useScreen.getState().show({ bottomTab: experiment ? 'experiments' : 'run' });
}

/** That a run goes on of another file than the open one, and the way there; of several, to the newest first. */
export function RunningElsewhere() {
  const [newest, ...others] = useRunView((state) => state.elsewhere);
  const open = useDocument((state) => state.file?.path);
  if (newest === undefined || newest.file === open) return null;
  const { file, experiment } = newest;
  const title = fileTitle(file);
  const more = others.map((one) => fileTitle(one.file));
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
