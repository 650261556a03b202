import { keepGraph, takeGraph, takeSources } from '../../api/graphs/lock-sources.ts';
import type { ShownDrift } from '../../api/runs/plan-report.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';

/** Which sources are others than the graph is locked to, each with what can be done about it. */
export function DriftList({ drift }: { readonly drift: readonly ShownDrift[] }) {
  const graphs = drift.filter(({ kind }) => kind === 'graphs');
  const others = drift.filter(({ kind }) => kind !== 'graphs');
  return (
    <section
      aria-label="Changed since it was locked"
      className="grid gap-2.5 rounded-[7px] bg-accent-soft px-[11px] py-2"
      data-testid="drift"
    >
      {graphs.map((each) => (
        <ChangedGraph key={each.name} drift={each} />
      ))}
      {others.length === 0 ? null : <ChangedSources drift={others} />}
    </section>
  );
}

function ChangedSources({ drift }: { readonly drift: readonly ShownDrift[] }) {
  const refused = drift.some(({ kind }) => kind === 'models');
  return (
    <div>
      <ul>
        {drift.map(({ kind, name, locked, now }) => (
          <li key={`${kind} ${name}`}>
            {kind === 'models' ? 'The model ' : ''}
            <b className="font-semibold break-all">{name}</b> has changed since it was locked:{' '}
            <s className="font-mono text-[11.5px] text-ink-2">{locked.slice(0, 8)}</s>
            <span className="font-mono text-[11.5px]"> → {now?.slice(0, 8)}</span>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-ink-2">
        {refused
          ? 'A changed model may answer differently, so the graph cannot run until you accept the change.'
          : 'Runs use the present versions. Saving accepts them.'}
      </p>
      <button
        type="button"
        className="button small mt-1.5"
        title="Write the present digests of all sources into the lock"
        onClick={() => void takeSources()}
      >
        {' '}
        Accept all changes{' '}
      </button>
    </div>
  );
}

/** Differences that are shown of a graph. */
const shownChanges = 6;

function ChangedGraph({ drift }: { readonly drift: ShownDrift }) {
  const { name, locked, now, changes } = drift;
  const more = (changes?.length ?? 0) - shownChanges;
  return (
    <div role="group" aria-label={`${fileTitle(name)} has changed`}>
      <p>
        The graph <b className="font-semibold break-all">{fileTitle(name)}</b>{' '}
        {now === undefined ? 'is missing.' : 'has changed since it was locked:'}
      </p>
      {changes === undefined || changes.length === 0 ? null : (
        <ul className="mt-1 list-disc pl-4 font-mono text-[11.5px] break-words">
          {changes.slice(0, shownChanges).map((line) => (
            <li key={line}>{line}</li>
          ))}
          {more > 0 ? <li>and {more} more</li> : null}
        </ul>
      )}
      <p className="mt-1 text-ink-2">
        {changes === undefined
          ? 'The locked version is not on this machine; only the present one is.'
          : now === undefined
            ? 'The locked version is still on this machine.'
            : 'Runs use the present version.'}
      </p>
      <div className="mt-1.5 flex flex-wrap gap-1.5">
        {now === undefined ? null : (
          <button
            type="button"
            className="button small"
            title="Write the present digest of this graph into the lock"
            onClick={() => void takeGraph(name)}
          >
            {' '}
            Accept change{' '}
          </button>
        )}
        {changes === undefined ? null : (
          <button
            type="button"
            className="button small"
            title="Copy the locked version into this file as a subgraph"
            onClick={() => void keepGraph(name, locked)}
          >
            {' '}
            Keep locked version{' '}
          </button>
        )}
      </div>
    </div>
  );
}
