import { useDocument } from '../../kit/stores.ts';

/** What stands where the run on the screen would: there is none, and where those of experiments are. */
export function NoRun({ hint = '' }: { readonly hint?: string }) {
  const hasExperiments = useDocument(
    ({ graph }) => Object.keys(graph.experiments ?? {}).length > 0,
  );
  return (
    <p className="px-3.5 text-ink-2">
      No run yet.{hint === '' ? '' : ` ${hint}`}
      {hasExperiments ? ' Runs of experiments are under Experiments.' : ''}
    </p>
  );
}
