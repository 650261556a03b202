import { useQuery } from '@tanstack/react-query';
import { useEffect, useId, useState, type KeyboardEvent } from 'react';
import { queries } from '../api/client.ts';
import { refusalOf } from '../api/problem.ts';
import { useModal } from '../shell/modal.ts';
import { useOverlay, type ModelQuestion } from '../state/overlay-store.ts';
import { ModelDetails } from './model-details.tsx';
import { ModelRow } from './model-row.tsx';
import { useDownloads, type OfferedModel } from './use-models.ts';

const titles = {
  embedder: 'Choose an embedder',
  'cross-encoder': 'Choose a cross-encoder',
  'language-model': 'Choose a language model',
};

function close(): void {
  useOverlay.getState().show({ modelQuestion: null });
}

/** Whether each word that is typed stands in what a model is called, or in what is said of it. */
function isMeant({ facts, licence }: OfferedModel, search: string): boolean {
  const said = [facts.title, facts.id, facts.architecture, facts.format, licence.id];
  const text = said.join(' ').toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** The catalogue's models of a kind: what each is and takes, whether it is here, and the way to it. */
export function ModelPicker({ question }: { readonly question: ModelQuestion }) {
  const { kind, current } = question;
  const dialog = useModal();
  const id = useId();
  const [search, setSearch] = useState('');
  const [at, setAt] = useState(current);
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
    if (model === undefined) return;
    close();
    if (model.facts.id !== current) question.choose(model.facts.id);
  };
  const step = (by: number): void => {
    const place = shown === undefined ? -1 : offered.indexOf(shown);
    const next = offered[Math.min(offered.length - 1, Math.max(0, place + by))];
    if (next !== undefined) setAt(next.facts.id);
  };
  const keys: Readonly<Record<string, () => void>> = {
    ArrowDown: () => step(1),
    ArrowUp: () => step(-1),
    Enter: () => choose(shown),
  };
  const press = (event: KeyboardEvent): void => {
    const act = keys[event.key];
    if (act === undefined) return;
    event.preventDefault();
    act();
  };
  const shownId = shown === undefined ? undefined : rowId(shown);
  useEffect(() => {
    if (shownId !== undefined)
      document.getElementById(shownId)?.scrollIntoView({ block: 'nearest' });
  }, [shownId]);
  return (
    <dialog
      ref={dialog}
      className="dialog w-[760px] overflow-hidden"
      aria-label={kind === undefined ? 'Choose a model' : titles[kind]}
      onClose={close}
      onClick={(event) => {
        if (event.target === event.currentTarget) close();
      }}
    >
      <div className="flex max-h-[75vh] flex-col">
        <input
          data-focus
          className="h-11 w-full shrink-0 border-b border-line bg-transparent px-4 outline-none"
          role="combobox"
          aria-label={kind === undefined ? 'Choose a model' : titles[kind]}
          aria-expanded
          aria-controls={`${id}-list`}
          aria-activedescendant={shownId}
          autoComplete="off"
          placeholder={kind === undefined ? 'Choose a model' : titles[kind]}
          value={search}
          onChange={(event) => setSearch(event.target.value)}
          onKeyDown={press}
        />
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
                ? 'No model is called that.'
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
    </dialog>
  );
}
