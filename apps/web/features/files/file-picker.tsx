import { bytes, count, plural } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { queries } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { useModal } from '../../kit/dialog.tsx';
import { useListed } from '../../kit/use-listed.ts';
import { useOverlay } from '../../kit/stores.ts';
import type { FileQuestion } from '@graft/view';
import { FileUpload } from './file-upload.tsx';
import { isTaken } from '../../kit/path-parts.ts';

function close(): void {
  useOverlay.getState().show({ fileQuestion: null });
}

/** The most entries to draw; others are found by typing. */
const mostShown = 500;

/** Chooses files and folders of the workspace, or only uploads: whoever brings files need not see others. */
export function FilePicker({ question }: { readonly question: FileQuestion }) {
  return question.files === undefined ? (
    <Picker question={question} />
  ) : (
    <Bringing question={question} files={question.files} />
  );
}

/** Whether a folder itself can be chosen. */
const takesFolders = ({ takes }: FileQuestion): boolean => takes?.includes('/') !== false;

function Bringing(props: {
  readonly question: FileQuestion;
  readonly files: NonNullable<FileQuestion['files']>;
}) {
  const { question, files } = props;
  const dialog = useModal();
  const [only] = files;
  const subject =
    only !== undefined && files.length === 1 ? only.path : plural(files.length, 'file');
  return (
    <dialog
      ref={dialog}
      className="dialog w-[480px]"
      aria-label="Add files to the workspace"
      onClose={close}
    >
      <h2 className="truncate px-4 pt-3.5 pb-2.5 font-[600]">
        Add {subject} to {question.folder === '' ? 'the workspace' : question.folder}
      </h2>
      <FileUpload
        folder={question.folder}
        first={files}
        one={question.one ?? false}
        folders={takesFolders(question)}
        came={(paths) => {
          close();
          question.choose(paths);
        }}
        giveUp={close}
        wholeFolder={undefined}
      />
    </dialog>
  );
}

/** Files and folders of the workspace, browsed by keys or mouse, and uploads from this computer. */
function Picker({ question }: { readonly question: FileQuestion }) {
  const dialog = useModal();
  const id = useId();
  const [folder, setFolder] = useState(question.folder);
  const [search, setSearch] = useState('');
  const [at, setAt] = useState<string>();
  const [all, showAll] = useState(false);
  const { data, error } = useQuery(
    queries.catalogue.folder.queryOptions({ path: folder }, { staleTime: 0, retry: false }),
  );
  const named = (data ?? []).filter(({ name }) =>
    name.toLowerCase().includes(search.toLowerCase().trim()),
  );
  const { takes } = question;
  const fitting = all ? named : named.filter((entry) => entry.folder || isTaken(entry, takes));
  const left = named.length - fitting.length;
  const found = fitting.slice(0, mostShown);
  const undrawn = fitting.length - found.length;
  const shown = found.find(({ path }) => path === at) ?? found[0];
  const go = (to: string, shows?: string): void => {
    setFolder(to);
    setSearch('');
    setAt(shows);
  };
  const up = (): void => {
    if (folder !== '') go(folder.split('/').slice(0, -1).join('/'), folder);
  };
  const choose = (paths: readonly string[]): void => {
    close();
    question.choose(paths);
  };
  const open = (entry: typeof shown): void => {
    if (entry?.folder === true) go(entry.path);
    else if (entry !== undefined) choose([entry.path]);
  };
  const idOf = (path: string): string => `${id}-${path}`;
  const { press, shownId } = useListed<(typeof found)[number]>({
    ...{ found, shown, mark: ({ path }) => setAt(path), idOf: ({ path }) => idOf(path) },
    keys: {
      Enter: () => open(shown),
      ...(search === '' && folder !== '' ? { Backspace: up } : {}),
    },
  });
  const title = folder === '' ? 'Files of the workspace' : folder;
  return (
    <dialog
      ref={dialog}
      className="dialog w-[560px] overflow-hidden"
      aria-label="Choose a file or a folder"
      onClose={close}
    >
      <div className="flex max-h-[75vh] flex-col">
        <div className="flex h-11 shrink-0 items-center border-b border-line pr-2">
          <input
            data-focus
            className="h-full min-w-0 flex-1 bg-transparent px-4 outline-none"
            role="combobox"
            aria-label={`Find in ${title}`}
            aria-expanded
            aria-controls={`${id}-list`}
            aria-activedescendant={shownId}
            autoComplete="off"
            spellCheck={false}
            placeholder={title}
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={press}
          />
          {folder === '' ? null : (
            <button
              type="button"
              className="button small"
              title="Parent folder (Backspace)"
              onClick={up}
            >
              Up
            </button>
          )}
        </div>
        <div
          id={`${id}-list`}
          role="listbox"
          aria-label={title}
          className="min-h-24 flex-1 overflow-auto p-1.5"
        >
          {found.map((entry) => (
            <div
              key={entry.path}
              id={idOf(entry.path)}
              role="option"
              aria-selected={entry === shown}
              className="flex cursor-default items-baseline gap-3 rounded-[7px] px-2.5 py-1 hover:bg-paper aria-selected:bg-accent-soft"
              onClick={() => open(entry)}
            >
              <span className="min-w-0 flex-1 truncate font-mono text-[11.5px]">
                {entry.name}
                {entry.folder ? '/' : ''}
              </span>
              <span className="text-ink-2 tabular-nums">
                {entry.folder ? '' : bytes(entry.size)}
              </span>
            </div>
          ))}
        </div>
        {undrawn === 0 ? null : (
          <p className="px-4 pb-2 text-ink-2" role="status">
            {count(undrawn)} more. Type part of a name to see fewer.
          </p>
        )}
        <p role="status" className={found.length > 0 ? 'sr-only' : 'px-4 pb-3 text-ink-2'}>
          {error !== null
            ? refusalOf(error)
            : data === undefined
              ? 'Loading …'
              : found.length > 0
                ? ''
                : search !== ''
                  ? 'No file here matches.'
                  : left > 0
                    ? 'No file here has a suitable type.'
                    : 'The folder is empty.'}
        </p>
        {left === 0 ? null : (
          <div className="px-4 pb-2">
            <button type="button" className="button small" onClick={() => showAll(true)}>
              Show {plural(left, 'other file')}
            </button>
          </div>
        )}
        <FileUpload
          folder={folder}
          first={undefined}
          folders={takesFolders(question)}
          one={question.one ?? false}
          came={choose}
          wholeFolder={
            folder === '' || !takesFolders(question) ? undefined : () => choose([folder])
          }
        />
      </div>
    </dialog>
  );
}
