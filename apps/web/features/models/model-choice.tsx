import { useQuery } from '@tanstack/react-query';
import { useId, useState, type ReactNode } from 'react';
import { queries } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { useListed } from '../../kit/use-listed.ts';
import type { ModelQuestion } from '@graft/view';
import { HubDetails } from './hub-details.tsx';
import { ModelDetails } from './model-details.tsx';
import { ModelRow, RepoRow } from './model-row.tsx';
import { kindNames, modelSections } from './model-sections.ts';
import { typedReference } from './typed-reference.ts';
import { useHubSearch, type FoundRepo } from './use-hub.ts';
import { useDownloads, type OfferedModel } from './use-models.ts';

interface ModelChoiceProps {
  readonly question: ModelQuestion;
  readonly title: string;
  /** The model that is shown first. */
  readonly first: string;
  /** Takes a model; undefined where nothing asks for one. */
  readonly take: ((id: string) => void) | undefined;
  readonly importOne: () => void;
}

/** What stands in the list: a model that Graft knows, or a repository of the hub. */
type Entry =
  | { readonly kind: 'model'; readonly id: string; readonly model: OfferedModel }
  | { readonly kind: 'repo'; readonly id: string; readonly found?: FoundRepo };

interface EntrySection {
  readonly id: string;
  readonly title: string;
  readonly entries: readonly Entry[];
}

/** The models to choose from: of this computer, of the catalogue and of the hub, found by typing. */
export function ModelChoice({ question, title, first, take, importOne }: ModelChoiceProps) {
  const { kind, current } = question;
  const id = useId();
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(first);
  const { data, error } = useQuery(
    queries.models.offered.queryOptions(undefined, { staleTime: 0 }),
  );
  const downloads = useDownloads();
  const named = typedReference(search);
  // What is named in full, or pasted, is not searched for.
  const hub = useHubSearch(search.includes(':') ? '' : search, kind);
  const sections = listSections({
    ...{ named, found: hub.found },
    known: modelSections(data?.models ?? [], { kind, search, coming: downloads }),
  });
  const entries = sections.flatMap((section) => section.entries);
  const shown = entries.find((entry) => entry.id === at) ?? entries[0];
  const rowId = (entry: Entry): string => `${id}-${entry.id}`;
  const use = (model: string): void => take?.(model);
  const choose = (entry: Entry | undefined): void => {
    if (entry?.kind === 'model' && entry.model.installed && entry.model.unusable === undefined)
      use(entry.model.facts.id);
    else focusDetails();
  };
  const focusDetails = (): void =>
    ['input:checked', '.button.go', 'button']
      .map((part) => document.querySelector<HTMLElement>(`[id="${id}-details"] ${part}`))
      .find((found) => found !== null)
      ?.focus();
  const { press, shownId } = useListed<Entry>({
    ...{ found: entries, shown, mark: (entry) => setAt(entry.id), idOf: rowId },
    keys: { Enter: () => choose(shown) },
  });
  const other = data?.models.find(({ facts }) => facts.id === first && facts.kind !== kind);
  const row = (entry: Entry): ReactNode => {
    const common = {
      ...{ id: rowId(entry), isShown: entry === shown },
      ...{ show: () => setAt(entry.id), choose: () => choose(entry) },
    };
    if (entry.kind === 'repo')
      return (
        <RepoRow
          key={entry.id}
          {...common}
          name={entry.id.replace(/^hf:/, '')}
          found={entry.found}
        />
      );
    return (
      <ModelRow
        key={entry.id}
        {...common}
        model={entry.model}
        isCurrent={entry.id === current}
        coming={downloads.get(entry.id)}
      />
    );
  };
  return (
    <div className="flex h-full flex-col">
      <div className="flex h-11 shrink-0 items-center border-b border-line pr-2">
        <input
          data-focus
          className="h-full min-w-0 flex-1 bg-transparent px-4 outline-none"
          role="combobox"
          aria-label={title}
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={shownId}
          autoComplete="off"
          spellCheck={false}
          placeholder={`${title}: a word, owner/repo, or the address of a page of the hub`}
          value={search}
          onChange={(event) => {
            setSearch(event.target.value);
            // The first of what is found.
            setAt('');
          }}
          onKeyDown={press}
        />
        <button type="button" className="button small" onClick={importOne}>
          Import …
        </button>
      </div>
      {kind === undefined || other === undefined ? null : (
        <p className="shrink-0 border-b border-line px-4 py-2 text-working" role="status">
          {other.facts.title} is {kindNames[other.facts.kind]}, which does not fit here. Choose{' '}
          {kindNames[kind]} from the list.
        </p>
      )}
      <div className="grid min-h-0 flex-1 grid-cols-[minmax(0,1fr)_minmax(0,1fr)] max-md:grid-cols-1 max-md:grid-rows-2">
        <div className="min-h-0 overflow-auto border-line p-1.5 md:border-r max-md:border-b">
          <div id={`${id}-list`} role="listbox" aria-label="Models">
            {sections.map((section) => (
              <div key={section.id} role="group" aria-labelledby={`${id}-${section.id}`}>
                <p
                  id={`${id}-${section.id}`}
                  role="presentation"
                  className="quiet-heading px-2.5! pt-2.5"
                >
                  {section.title}
                </p>
                {section.entries.map(row)}
              </div>
            ))}
          </div>
          <HubLine {...hub} search={search} isNamed={named !== undefined} />
          {error === null && data !== undefined ? null : (
            <p role="status" className="px-2.5 py-2 text-ink-2">
              {error === null ? 'Reading the models …' : refusalOf(error)}
            </p>
          )}
        </div>
        <div id={`${id}-details`} className="flex min-h-0 flex-col">
          {data === undefined || shown === undefined ? null : shown.kind === 'repo' ? (
            <HubDetails {...{ name: shown.id, kind, offered: data, downloads }} use={take} />
          ) : (
            <ModelDetails
              key={shown.id}
              model={shown.model}
              machine={data.memory}
              coming={downloads.get(shown.id)}
              use={take === undefined ? undefined : () => use(shown.id)}
            />
          )}
        </div>
      </div>
    </div>
  );
}

/** A repository stands once in the list; what is named in full stands first. */
function listSections(of: {
  readonly named: string | undefined;
  readonly known: ReturnType<typeof modelSections>;
  readonly found: readonly FoundRepo[];
}): readonly EntrySection[] {
  const { named, known, found } = of;
  const local = known.map(({ models, ...section }) => ({
    ...section,
    entries: models.map((model): Entry => ({ kind: 'model', id: model.facts.id, model })),
  }));
  const isKnown = local.some(({ entries }) => entries.some(({ id }) => id === named));
  const repos = found
    .map((each): Entry => ({ kind: 'repo', id: `hf:${each.repo}`, found: each }))
    .filter((entry) => entry.id !== named);
  const listed = [
    {
      id: 'named',
      title: 'By name',
      entries: isKnown || named === undefined ? [] : [repoOf(named)],
    },
    ...local,
    { id: 'hub', title: 'From the hub', entries: repos },
  ];
  return listed.filter(({ entries }) => entries.length > 0);
}

const repoOf = (id: string): Entry => ({ kind: 'repo', id });

/** Below the list: how the search of the hub goes. Always one line, so that nothing moves. */
function HubLine(
  props: ReturnType<typeof useHubSearch> & { readonly search: string; readonly isNamed: boolean },
) {
  const { found, error, isCurrent, isFetching, refetch, search, isNamed } = props;
  const isAsked = search.trim() !== '';
  const words = !isAsked
    ? 'Type a name to search the hub as well.'
    : isFetching || !isCurrent
      ? 'Searching the hub …'
      : error !== null
        ? refusalOf(error)
        : found.length === 0 && !isNamed
          ? `The hub has nothing for “${search.trim()}”. Try fewer words, or paste the address of a repository.`
          : '';
  return (
    <div className="flex min-h-8 items-baseline gap-3 px-2.5 py-2 text-sm text-ink-2">
      <p role="status" className="min-w-0">
        {words}
      </p>
      {error === null || isFetching || !isAsked ? null : (
        <button type="button" className="quiet-action shrink-0" onClick={() => void refetch()}>
          Search again
        </button>
      )}
    </div>
  );
}
