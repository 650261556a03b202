import { useMemo } from 'react';
import { drawnFile, stepsInOrder, stepTitle } from '@graft/view';
import { useDocument, useInnerStep, useRunView } from '../../kit/stores.ts';

interface InnerStepsProps {
  /** The path of a node that uses a file. */
  readonly node: string;
  /** The one of its steps that is shown; undefined where what the node gives is. */
  readonly shown: string | undefined;
}

/** Whose output is shown of a node that uses a file: its own, or that of a step of the run within the file. */
export function InnerSteps({ node, shown }: InnerStepsProps) {
  const run = useRunView((state) => state.run);
  const graph = useDocument(drawnFile);
  const steps = useMemo(
    () =>
      (run === null ? [] : stepsInOrder(run)).filter(({ node: path }) =>
        path.startsWith(`${node}/`),
      ),
    [run, node],
  );
  if (steps.length === 0) return null;
  const outer = stepTitle(node, graph).length + 1;
  return (
    <label className="mx-4 mt-3 flex print:hidden items-center gap-1.5 text-sm text-ink-2">
      Output of
      <select
        className="field h-[22px] w-auto min-w-0 px-1 text-sm"
        value={shown ?? ''}
        onChange={({ target }) =>
          useInnerStep.setState({ step: target.value === '' ? null : target.value })
        }
      >
        <option value="">the whole subgraph</option>
        {steps.map(({ node: path }) => (
          <option key={path} value={path}>
            {stepTitle(path, graph).slice(outer)}
          </option>
        ))}
      </select>
    </label>
  );
}
