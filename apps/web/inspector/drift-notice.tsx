import { takeSources, useDrift } from '../state/lock-actions.ts';

/** Says which sources hold other bytes than the graph is locked to, of a node or of all, and takes them. */
export function DriftNotice({ node }: { readonly node?: string }) {
  const drift = useDrift(node);
  if (drift.length === 0) return null;
  const refused = drift.some(({ kind }) => kind === 'models');
  return (
    <section
      aria-label="Changed since it was locked"
      className="rounded-[7px] bg-accent-soft px-[11px] py-2"
      data-testid="drift"
    >
      <ul>
        {drift.map(({ kind, name, locked, now }) => (
          <li key={`${kind} ${name}`}>
            {kind === 'models' ? 'The model ' : ''}
            <b className="font-semibold break-all">{name}</b> has changed since it was locked:{' '}
            <s className="font-mono text-[11.5px] text-ink-2">{locked.slice(0, 8)}</s>
            <span className="font-mono text-[11.5px]"> → {now.slice(0, 8)}</span>
          </li>
        ))}
      </ul>
      <p className="mt-1 text-ink-2">
        {refused
          ? 'A changed model would answer otherwise than before, so nothing runs until you take it.'
          : 'Runs read what is there. Saving locks the graph to it.'}
      </p>
      <button
        type="button"
        className="button small mt-1.5"
        title="Lock the graph to what all of its sources hold now"
        onClick={() => void takeSources()}
      >
        Take what is here
      </button>
    </section>
  );
}
