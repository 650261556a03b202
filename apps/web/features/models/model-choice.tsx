import { useQuery } from '@tanstack/react-query';
import { useId, useState } from 'react';
import { queries } from '../../api/client.ts';
import { refusalOf } from '../../api/problem.ts';
import { useListed } from '../../kit/use-listed.ts';
import type { ModelQuestion } from '@graft/view';
import { ModelDetails } from './model-details.tsx';
import { ModelRow } from './model-row.tsx';
import { useDownloads, type OfferedModel } from './use-models.ts';

interface ModelChoiceProps {
  readonly question: ModelQuestion;
  readonly title: string;
  /** The model that is shown first. */
  readonly first: string;
  readonly take: (id: string) => void;
  readonly importOne: () => void;
}

const aKind = {
  embedder: 'an embedder',
  'cross-encoder': 'a cross-encoder',
  'language-model': 'a language model',
};

/** Whether every typed word occurs in the names or facts of a model. */
function isMeant({ facts, licence }: OfferedModel, search: string): boolean {
  const words = [facts.title, facts.id, facts.architecture, facts.format, licence.id];
  const text = words.join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The models to choose from, found by typing, with details of the shown one. */
export function ModelChoice({ question, title, first, take, importOne }: ModelChoiceProps) {
  const { kind, current } = question;
  const id = useId();
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(first);
  const { data, error } = useQuery(
    queries.models.offered.queryOptions(undefined, { staleTime: 0 }),
  );
  const downloads = useDownloads();
  const offered = (data?.models ?? []).filter(
    (model) => (kind === undefined || model.facts.kind === kind) && isMeant(model, search),
  );
  const shown = offered.find(({ facts }) => facts.id === at) ?? offered[0];
  const rowId = (model: OfferedModel): string => `${id}-${model.facts.id}`;
  const choose = (model: OfferedModel | undefined): void => {
    if (model !== undefined) take(model.facts.id);
  };
  const other = data?.models.find(({ facts }) => facts.id === first && facts.kind !== kind);
  const { press, shownId } = useListed<OfferedModel>({
    ...{ found: offered, shown, mark: ({ facts }) => setAt(facts.id), idOf: rowId },
    keys: { Enter: () => choose(shown) },
  });
  return (
    <div className="flex max-h-[75vh] flex-col">
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
          placeholder={title}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={press}
        />
        <button type="button" className="button small" onClick={importOne}>
          Import …
        </button>
      </div>
      {kind === undefined || other === undefined ? null : (
        <p className="px-4 pt-2 text-working" role="status">
          {other.facts.title} is {aKind[other.facts.kind]}, which does not fit here. Choose a model
          from the list.
        </p>
      )}
      <div
        id={`${id}-list`}
        role="listbox"
        aria-label="Models"
        className="min-h-0 flex-1 overflow-auto p-1.5"
      >
        {offered.map((model) => (
          <ModelRow
            key={model.facts.id}
            id={rowId(model)}
            model={model}
            isShown={model === shown}
            isCurrent={model.facts.id === current}
            coming={downloads.get(model.facts.id)}
            show={() => setAt(model.facts.id)}
            choose={() => choose(model)}
          />
        ))}
      </div>
      <p role="status" className={offered.length > 0 ? 'sr-only' : 'px-4 pb-4 text-ink-2'}>
        {error !== null
          ? refusalOf(error)
          : data === undefined
            ? 'Reading the models …'
            : offered.length === 0
              ? 'No model matches.'
              : ''}
      </p>
      {shown === undefined || data === undefined ? null : (
        <ModelDetails
          key={shown.facts.id}
          model={shown}
          machine={data.memory}
          coming={downloads.get(shown.facts.id)}
          choose={() => choose(shown)}
        />
      )}
    </div>
  );
}
