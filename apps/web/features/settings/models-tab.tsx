import { bytes, plural } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { api, queries } from '../../api/client.ts';
import { useOverlay } from '../../kit/stores.ts';
import { Outcome, Row, Rows, Section } from './parts.tsx';
import { useChange, type Question } from './use-settings.ts';

/** The models on this computer, the one that new nodes begin with, and the way to others. */
export function ModelsTab({ ask }: { readonly ask: (question: Question) => void }) {
  const { data: usage, error } = useQuery(queries.settings.models.queryOptions());
  const { data: offered } = useQuery(queries.models.offered.queryOptions());
  const titles = new Map(offered?.models.map(({ facts }) => [facts.id, facts.title]));
  const elsewhere = offered?.models.filter(({ origin }) => origin !== undefined) ?? [];
  const own = usage?.models.toSorted((a, b) => b.bytes - a.bytes) ?? [];
  const listed = own.reduce((sum, model) => sum + model.bytes, 0);
  // Less than nothing where models share files.
  const rest = (usage?.total ?? 0) - listed;
  const browse = (first?: string): void =>
    useOverlay.getState().show({
      ...{ settings: null },
      modelQuestion: { kind: undefined, current: '', ...(first === undefined ? {} : { first }) },
    });
  return (
    <>
      <DefaultModel />
      <Section
        title="In the models folder"
        about={
          usage === undefined ? undefined : (
            <>
              {bytes(usage.total)} in{' '}
              <code className="font-mono text-[11.5px] text-ink">{usage.folder}</code>; files that
              models share count once. All workspaces share the folder.
            </>
          )
        }
      >
        {error === null ? null : (
          <p role="alert" className="text-error">
            {error.message}
          </p>
        )}
        {usage !== undefined && own.length === 0 ? (
          <p className="text-ink-2">No model is downloaded.</p>
        ) : null}
        {own.length === 0 ? null : (
          <Rows label="Models in the models folder">
            {own.map(({ id, bytes: size, graphs }) => (
              <Row key={id}>
                <span className="min-w-40 flex-1 wrap-anywhere">
                  <b className="font-[550]">{titles.get(id) ?? id}</b>
                  <span className="block font-mono text-[11.5px] text-ink-2">{id}</span>
                </span>
                <span className="text-ink-2">
                  {graphs === 0 ? 'in no graph here' : `in ${plural(graphs, 'graph')} here`}
                </span>
                <span className="w-20 text-right tabular-nums">{bytes(size)}</span>
                <button
                  type="button"
                  className="button small"
                  aria-label={`Delete ${id}`}
                  onClick={() =>
                    ask({
                      text: `Delete ${titles.get(id) ?? id}? This frees up to ${bytes(size)}.${graphs === 0 ? '' : ` ${plural(graphs, 'graph')} of this workspace ${graphs === 1 ? 'names' : 'name'} it.`}`,
                      yes: 'Delete model',
                      act: () => api.settings.removeModel.mutate({ id }),
                    })
                  }
                >
                  Delete
                </button>
              </Row>
            ))}
          </Rows>
        )}
        {rest <= 0 ? null : (
          <p className="mt-2 text-ink-2">
            {bytes(rest)} hold records, and copies of these models in encodings that this computer
            reads faster. Clean up, under Disk, removes copies that were not read for a week.
          </p>
        )}
        {usage === undefined || usage.partial === 0 ? null : (
          <p className="mt-2 text-ink-2">
            Unfinished downloads take {bytes(usage.partial)}. Continue or delete them under Browse
            models.
          </p>
        )}
        {/* With the list above it, which would push it away. */}
        {usage === undefined && error === null ? null : (
          <button type="button" className="button mt-3" onClick={() => browse()}>
            Browse models …
          </button>
        )}
      </Section>
      {elsewhere.length === 0 ? null : (
        <Section title="From other tools" about="Graft uses these in place and never deletes them.">
          <Rows label="Models from other tools">
            {elsewhere.map(({ facts, origin }) => (
              <Row key={facts.id}>
                <b className="min-w-0 flex-1 font-[550] wrap-anywhere">{facts.title}</b>
                <span className="text-ink-2">{origin?.tool}</span>
                <span className="w-20 text-right tabular-nums">{bytes(facts.size)}</span>
              </Row>
            ))}
          </Rows>
        </Section>
      )}
    </>
  );
}

/** The language model that new nodes begin with. */
function DefaultModel() {
  const { data: offered } = useQuery(queries.models.offered.queryOptions());
  const { data: known } = useQuery(queries.catalogue.models.queryOptions());
  const { change, isGoing, ...outcome } = useChange();
  const kind = 'language-model';
  const preferred = known?.find((model) => model.kind === kind && model.preferred === true);
  const here = offered?.models.filter(
    ({ facts, installed, unusable }) => facts.kind === kind && installed && unusable === undefined,
  );
  const choices = new Map(here?.map(({ facts }) => [facts.id, facts.title]));
  if (preferred !== undefined) choices.set(preferred.id, preferred.title);
  return (
    <Section title="Default language model" about="New nodes begin with it; graphs keep theirs.">
      <div className="max-w-[34rem]">
        <select
          aria-label="Default language model"
          className="field"
          value={preferred?.id ?? ''}
          disabled={isGoing || known === undefined}
          onChange={({ target: { value } }) =>
            void change(
              () => api.models.prefer.mutate({ kind, model: value === '' ? null : value }),
              `New nodes begin with ${choices.get(value) ?? 'their own default'}.`,
            )
          }
        >
          <option value="">Each node’s own default</option>
          {[...choices].map(([id, title]) => (
            <option key={id} value={id}>
              {title} ({id})
            </option>
          ))}
        </select>
      </div>
      <Outcome {...outcome} />
    </Section>
  );
}
