import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/client.ts';
import { openMenuOf } from '../../kit/open-menu.ts';
import { PlusIcon } from '../../kit/icons.tsx';
import { useOneTabStop } from '../../kit/one-tab-stop.ts';
import { useOverlay } from '../../kit/stores.ts';
import { FileRow } from './file-row.tsx';

/** A folder, ending in `/` (empty for the workspace itself), and the files directly in it. */
interface Folder {
  readonly folder: string;
  readonly paths: readonly string[];
}

/** Without the common extension, so that `flow` sorts before `flow-copy`. */
function stem(path: string): string {
  return path.replace(/\.graft\.json$/, '');
}

/** Paths by folder: first the workspace itself, then its folders by name. */
export function byFolder(paths: readonly string[]): readonly Folder[] {
  const folders = new Map<string, string[]>();
  for (const path of paths) {
    const folder = path.slice(0, path.lastIndexOf('/') + 1);
    const own = folders.get(folder) ?? [];
    own.push(path);
    folders.set(folder, own);
  }
  return [...folders]
    .map(([folder, own]) => ({ folder, paths: own.sort((a, b) => (stem(a) < stem(b) ? -1 : 1)) }))
    .sort((a, b) => (a.folder < b.folder ? -1 : 1));
}

function askForNew(folder: string): void {
  useOverlay.getState().show({ nameQuestion: { kind: 'new', folder } });
}

function FolderHeading({ folder }: { readonly folder: string }) {
  return (
    <div
      className="group flex items-center justify-between py-px pr-1 pl-3.5 text-sm text-ink-2"
      data-folder={folder}
    >
      <span className="truncate" title={folder}>
        {folder}
      </span>
      <button
        type="button"
        className="icon-button quiet-icon size-[22px]"
        aria-label={`New graph in ${folder.slice(0, -1)}`}
        title={`New graph in ${folder.slice(0, -1)}`}
        // Keys reach it through the menu of a file in the folder.
        tabIndex={-1}
        onClick={() => askForNew(folder)}
      >
        <PlusIcon />
      </button>
    </div>
  );
}

/** The workspace's graph files, by folder. */
export function FileList() {
  const list = useOneTabStop();
  const { data: files = [], isPending } = useQuery(queries.graphs.list.queryOptions());
  const faults = new Map(files.map(({ path, fault }) => [path, fault]));
  return (
    <section
      // Unseen until its height is known, so that its heading is not moved by its rows. Third below the search and the node
      // types, it leaves them room; without a graph there are no node types.
      className={`flex min-h-0 flex-col border-t border-line pt-2.5 pb-2 nth-3:max-h-[45%] nth-3:shrink-0 ${isPending ? 'invisible' : ''}`}
      aria-label="Workspace"
      onContextMenu={openMenuOf}
    >
      <h2 className="quiet-heading flex items-center justify-between">
        Workspace
        <span className="flex-1" />
        <button
          type="button"
          className="mr-1 text-sm font-normal text-ink-2 hover:text-ink hover:underline"
          title="Examples that come with Graft and what they show"
          onClick={() => useOverlay.getState().show({ gallery: true })}
        >
          Examples
        </button>
        <button
          type="button"
          className="icon-button -my-1 -mr-2.5"
          aria-label="New graph"
          title="New graph"
          onClick={() => askForNew('')}
        >
          <PlusIcon />
        </button>
      </h2>
      <div className="min-h-0 overflow-y-auto" {...list}>
        <ul>
          {byFolder(files.map(({ path }) => path)).map(({ folder, paths }) => (
            <li key={folder}>
              {folder === '' ? null : <FolderHeading folder={folder} />}
              <ul>
                {paths.map((path) => (
                  <li key={path}>
                    <FileRow path={path} indented={folder !== ''} fault={faults.get(path)} />
                  </li>
                ))}
              </ul>
            </li>
          ))}
        </ul>
      </div>
      {!isPending && files.length === 0 ? (
        <p className="px-3.5 text-ink-2">No graph files yet.</p>
      ) : null}
    </section>
  );
}
