import { useQuery } from '@tanstack/react-query';
import { queries } from '../api/client.ts';
import { PlusIcon } from '../shell/icons.tsx';
import { useDocument } from '../state/document-store.ts';
import { fileTitle, openFile } from '../state/file-actions.ts';
import { useScreen } from '../state/screen-store.ts';

/** The workspace's graph files. */
export function FileList() {
  const { data: files = [], isPending } = useQuery(queries.graphs.list.queryOptions());
  const open = useDocument((state) => state.file?.path);
  return (
    <section
      className="flex max-h-[38%] shrink-0 flex-col border-t border-line pt-2.5 pb-2"
      aria-label="Workspace"
    >
      <h2 className="quiet-heading flex items-center justify-between pr-[-4px]">
        Workspace
        <button
          type="button"
          className="icon-button -my-1 -mr-1.5"
          aria-label="New graph"
          title="New graph"
          onClick={() => useScreen.getState().show({ newGraphDialog: true })}
        >
          <PlusIcon />
        </button>
      </h2>
      <ul className="min-h-0 overflow-y-auto">
        {files.map(({ path }) => (
          <li key={path}>
            <button
              type="button"
              className="quiet-row text-ink-2 aria-[current=true]:text-accent"
              aria-current={path === open}
              title={path}
              onClick={() => void openFile(path)}
            >
              <span className="truncate">{fileTitle(path)}</span>
            </button>
          </li>
        ))}
      </ul>
      {!isPending && files.length === 0 ? (
        <p className="px-3.5 text-ink-2">No graph files yet.</p>
      ) : null}
    </section>
  );
}
