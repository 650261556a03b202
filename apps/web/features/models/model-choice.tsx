import { parseHubReference } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useCallback, useId, useState, type ReactNode } from 'react';
import { queries } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { useListed } from '../../kit/use-listed.ts';
import type { ModelQuestion, ServedModel } from '@graft/view';
import { HubDetails } from './hub-details.tsx';
import { ModelDetails } from './model-details.tsx';
import { ModelRow, RepoRow, ServerRow } from './model-row.tsx';
import { kindNames, modelSections } from './model-sections.ts';
import { typedReference } from './typed-reference.ts';
import { entrySections, type Entry } from './picker-entries.ts';
import { ServerDetails } from './server-details.tsx';
import { useHubSearch } from './use-hub.ts';
import { conversionOf, useDownloads, type OfferedModel } from './use-models.ts';
import { useMayAskServer, useServers } from './use-servers.ts';

/** Whether a model of a repository is installed, in any precision and revision. */
function isHere(models: readonly OfferedModel[], reference: string): boolean {
  const repo = (id: string): string | undefined => parseHubReference(id)?.repo.toLowerCase();
  const own = repo(reference);
  return models.some(
    ({ installed, facts }) => installed && own !== undefined && repo(facts.id) === own,
  );
}

interface ModelChoiceProps {
  readonly question: ModelQuestion;
  readonly title: string;
  /** The model that is shown first. */
  readonly first: string;
  /** Takes a model; undefined where nothing asks for one. */
  readonly take: ((id: string) => void) | undefined;
  /** Asks a server instead. */
  readonly askInstead: (of: ServedModel) => void;
  readonly importOne: () => void;
}

/** The models to choose from: of this computer, of the catalogue and of the hub, found by typing. */
export function ModelChoice({
  question,
  title,
  first,
  take,
  askInstead,
  importOne,
}: ModelChoiceProps) {
  const { kind, current } = question;
  const id = useId();
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(first);
  const { data, error } = useQuery(
    queries.models.offered.queryOptions(undefined, { staleTime: 0 }),
  );
  const downloads = useDownloads();
  const named = typedReference(search);
  // A reference with a precision or a revision, and an address, are in no name of a repository.
  const hub = useHubSearch(named !== undefined && /[:@]/.test(search) ? '' : search, kind);
  const mayAskServer = useMayAskServer(question) && take !== undefined;
  const servers = useServers(mayAskServer);
  const sections = entrySections({
    ...{ search, named, found: hub.found, servers: mayAskServer ? servers : undefined },
    known: modelSections(data?.models ?? [], { kind, search, current, coming: downloads }),
  });
  const entries = sections.flatMap((section) => section.entries);
  const shown = entries.find((entry) => entry.id === at) ?? entries[0];
  const isBlank = search.trim() !== '' && data !== undefined && entries.length === 0;
  const rowId = (entry: Entry): string => `${id}-${entry.id}`;
  const use = (model: string): void => take?.(model);
  const choose = (entry: Entry | undefined): void => {
    if (entry?.kind === 'model' && entry.model.installed && entry.model.unusable === undefined)
      use(entry.model.facts.id);
    else focusDetails();
  };
  const showMade = useCallback((made: string): void => {
    setSearch('');
    setAt(made);
  }, []);
  const focusDetails = (): void =>
    ['input:checked', '.button.go', 'input', 'button']
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
    if (entry.kind === 'server')
      return <ServerRow key={entry.id} {...common} server={entry.server} />;
    if (entry.kind === 'repo')
      return (
        <RepoRow
          key={entry.id}
          {...common}
          name={entry.id.replace(/^hf:/, '')}
          found={entry.found}
          isHere={isHere(data?.models ?? [], entry.id)}
        />
      );
    return (
      <ModelRow
        key={entry.id}
        {...common}
        model={entry.model}
        isCurrent={entry.id === current}
        coming={downloads.get(entry.id) ?? conversionOf(downloads, entry.id)}
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
        <div className="flex min-h-0 flex-col border-line md:border-r max-md:border-b">
          <div
            id={`${id}-list`}
            role="listbox"
            aria-label="Models"
            className={isBlank ? '' : 'min-h-0 flex-1 overflow-auto p-1.5'}
          >
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
          {error === null ? null : (
            <p role="alert" className="border-t border-line px-4 py-2 text-error">
              {refusalOf(error)}
            </p>
          )}
          <HubLine {...{ ...hub, search, isBlank }} isNamed={named !== undefined} />
        </div>
        <div id={`${id}-details`} className="flex min-h-0 flex-col">
          {data === undefined || shown === undefined ? null : shown.kind === 'server' ? (
            <ServerDetails
              key={shown.id}
              {...{ server: shown.server, served: question.served, use: askInstead }}
            />
          ) : shown.kind === 'repo' ? (
            <HubDetails
              {...{ name: shown.id, kind, offered: data, downloads, show: showMade }}
              use={take}
            />
          ) : (
            <ModelDetails
              key={shown.id}
              {...{ model: shown.model, offered: data, downloads, use: take, show: showMade }}
            />
          )}
        </div>
      </div>
    </div>
  );
}

type HubLineProps = ReturnType<typeof useHubSearch> & {
  readonly search: string;
  readonly isNamed: boolean;
  readonly isBlank: boolean;
};

/** How the search of the hub goes, and why it found nothing. */
function hubWords(props: HubLineProps): readonly [words: string, cause?: string] {
  const { found, error, isCurrent, isFetching, search, isNamed, isBlank } = props;
  const typed = search.trim();
  if (typed === '') return ['Type a name to search the hub as well.'];
  if (isFetching || !isCurrent) return ['Searching the hub …'];
  if (error !== null) {
    const here = isBlank
      ? `Nothing on this computer matches “${typed}”, and the hub cannot be searched now. Models on this computer and running servers work without it.`
      : 'The hub cannot be searched now. Models on this computer and running servers work without it.';
    return [here, refusalOf(error)];
  }
  if (isNamed) return ['This name is looked up on the hub.'];
  if (isBlank)
    return [
      `Nothing matches “${typed}”, on this computer or on the hub. Check the spelling, try fewer words, or paste the address of a repository.`,
    ];
  if (found.length === 0)
    return [
      `The hub has nothing for “${typed}”. Try fewer words, or paste the address of a repository.`,
    ];
  return ['The hub’s most downloaded come first.'];
}

/** Below the list, or in its place where that is empty: how the search of the hub goes. Always there, so that nothing moves. */
function HubLine(props: HubLineProps) {
  const { error, isFetching, refetch, search, isBlank } = props;
  const [words, cause] = hubWords(props);
  return (
    <div
      className={
        isBlank
          ? 'min-h-0 flex-1 overflow-auto p-4'
          : 'flex min-h-[35px] shrink-0 items-baseline gap-3 border-t border-line px-4 py-2 text-sm text-ink-2'
      }
    >
      <div role="status" className="min-w-0 flex-1 wrap-anywhere">
        <p>{words}</p>
        {cause === undefined ? null : <p className="mt-1 text-sm text-ink-2">{cause}</p>}
      </div>
      {error === null || isFetching || search.trim() === '' ? null : (
        <button
          type="button"
          className={isBlank ? 'button small mt-3' : 'quiet-action shrink-0'}
          onClick={() => void refetch()}
        >
          Search again
        </button>
      )}
    </div>
  );
}
