import { count } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { useId, useState, type ComponentProps, type KeyboardEvent } from 'react';
import { queries } from '../../../api/client.ts';
import { TextLine } from '../../../kit/form/text-controls.tsx';
import { useListed } from '../../../kit/use-listed.ts';
import { isTaken, pathParts } from '../../../kit/path-parts.ts';

/** Entries that are listed: of more the name is typed on. */
const mostListed = 100;

interface PathInputProps extends ComponentProps<typeof TextLine> {
  /** The ends of the names that are taken, `/` for folders; absent: everything. */
  readonly takes: readonly string[] | undefined;
}

/** A path below the workspace, which is completed while it is typed: what is there is listed below it. */
export function PathInput({ value, takes, change, onKeyDown, onBlur, ...others }: PathInputProps) {
  const id = useId();
  const [isOpen, open] = useState(false);
  const [at, setAt] = useState<string>();
  const parts = pathParts(value);
  const { data = [] } = useQuery(
    queries.catalogue.folder.queryOptions(
      { path: parts?.folder ?? '' },
      { enabled: isOpen && parts !== undefined, staleTime: 2_000, retry: false },
    ),
  );
  const begun = parts?.begun.toLowerCase() ?? '';
  const fitting =
    !isOpen || parts === undefined
      ? []
      : data.filter(
          (entry) =>
            entry.name.toLowerCase().startsWith(begun) &&
            entry.path !== value &&
            (entry.folder || isTaken(entry, takes)),
        );
  const found = fitting.slice(0, mostListed);
  const unlisted = fitting.length - found.length;
  // In a folder that was just come to nothing is marked, so that Tab and Enter do what they do elsewhere.
  const shown = found.find(({ path }) => path === at) ?? (begun === '' ? undefined : found[0]);
  const complete = (entry: (typeof found)[number] | undefined): void => {
    if (entry === undefined) return;
    change(entry.folder ? `${entry.path}/` : entry.path);
    setAt(undefined);
    open(entry.folder);
  };
  const accept = (): void => complete(shown);
  const { press, shownId } = useListed<(typeof found)[number]>({
    ...{ found, shown, mark: ({ path }) => setAt(path), idOf: ({ path }) => `${id}-${path}` },
    keys: {
      Escape: () => open(false),
      ...(shown === undefined ? {} : { Enter: accept, Tab: accept }),
    },
  });
  const keys = (event: KeyboardEvent<HTMLInputElement>): void => {
    const held = event.ctrlKey || event.metaKey || event.altKey || event.shiftKey;
    if (found.length > 0 && !held) press(event);
    else if (event.key === 'ArrowDown' && !isOpen) {
      event.preventDefault();
      open(true);
    }
    // What a key does to the list it does to nothing else: Escape leaves neither the field nor its cell.
    if (event.defaultPrevented) event.stopPropagation();
    else onKeyDown?.(event);
  };
  const isListed = found.length > 0;
  return (
    <div className="relative min-w-0 flex-1">
      <TextLine
        {...others}
        code
        role="combobox"
        aria-autocomplete="list"
        aria-expanded={isListed}
        aria-controls={isListed ? `${id}-list` : undefined}
        aria-activedescendant={shownId}
        value={value}
        change={(text) => {
          change(text);
          setAt(undefined);
          open(true);
        }}
        onKeyDown={keys}
        onBlur={(event) => {
          open(false);
          onBlur?.(event);
        }}
      />
      {isListed ? (
        <div
          className="menu absolute top-full right-0 left-0 mt-1 max-w-none!"
          // The focus stays in the field.
          onPointerDown={(event) => event.preventDefault()}
          onMouseDown={(event) => event.preventDefault()}
        >
          <div
            id={`${id}-list`}
            role="listbox"
            aria-label="Files and folders"
            className="max-h-52 overflow-y-auto"
          >
            {found.map((entry) => (
              <div
                key={entry.path}
                id={`${id}-${entry.path}`}
                role="option"
                aria-selected={entry === shown}
                className="cursor-default truncate rounded-[5px] px-[9px] py-1 font-mono text-[11.5px] hover:bg-paper aria-selected:bg-accent-soft"
                onClick={() => complete(entry)}
              >
                {entry.name}
                {entry.folder ? '/' : ''}
              </div>
            ))}
          </div>
          {unlisted === 0 ? null : (
            <p className="px-[9px] py-1 text-sm text-ink-2" role="status">
              {count(unlisted)} more. Type more to see fewer.
            </p>
          )}
        </div>
      ) : null}
    </div>
  );
}
