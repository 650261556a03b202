import { countVariants, type Experiments } from '@graft/graph';
import { count } from '@graft/nodes/kit/ui';
import { useExperiments } from '../../api/experiments.ts';

/** The experiments of the open file; one is looked at by a click. */
export function ExperimentList(props: {
  readonly experiments: Experiments;
  readonly shown: string;
}) {
  return (
    <ul className="w-44 shrink-0 overflow-auto border-r border-line" aria-label="Experiments">
      {Object.entries(props.experiments).map(([name, experiment]) => {
        const { variants, repeats } = countVariants(experiment);
        return (
          <li key={name}>
            <button
              type="button"
              className="quiet-row flex-col items-start! gap-0! py-1 text-sm"
              aria-current={name === props.shown}
              title={experiment.doc}
              onClick={() => useExperiments.setState({ chosen: name })}
            >
              <span className="w-full truncate text-left font-[550] text-ink">{name}</span>
              <span className="text-ink-2">
                {count(variants)} {variants === 1 ? 'variant' : 'variants'}
                {repeats === 1 ? '' : `, ${count(repeats)} seeds each`}
              </span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
