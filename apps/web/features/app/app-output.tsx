import { problemText, makerIn, type ShownOutput } from '@graft/view';
import { runLine } from '../../api/runs/plan-report.ts';
import { progressText } from '../../api/runs/run-texts.ts';
import { useRunView } from '../../kit/stores.ts';

import { OutputPreview } from '../../kit/slots.ts';

/** An output of the shown run, also while it is being written. */
export function AppOutput({ output }: { readonly output: ShownOutput }) {
  const { name, node, doc } = output;
  const step = useRunView(({ run }) => makerIn(run, output).step);
  const port = useRunView(({ run }) => makerIn(run, output).port);
  const going = useRunView(({ run }) => (run === null ? '' : runLine(run)));
  const artifact = step?.outputs[port];
  const writes =
    step !== undefined &&
    (step.status === 'running' || step.status === 'cancelled') &&
    step.texts.size > 0;
  return (
    <section
      className="min-w-0 rounded-[9px] border border-line bg-panel"
      aria-label={name}
      data-testid={`app-output-${node}`}
    >
      <header className="border-b border-line px-4 py-2.5">
        <h2 className="font-[600]">{name}</h2>
        {doc === '' ? null : <p className="text-sm text-ink-2">{doc}</p>}
      </header>
      {step !== undefined && (artifact !== undefined || writes) ? (
        <div className="flex max-h-[70vh] min-h-0 flex-col overflow-auto">
          <OutputPreview
            key={artifact?.digest ?? 'writing'}
            step={step}
            port={port}
            artifact={artifact}
          />
        </div>
      ) : (
        <p className="px-4 py-3 text-ink-2" role="status">
          {step?.error !== undefined
            ? problemText(step.error)
            : step?.progress !== undefined
              ? progressText(step.progress)
              : step?.status === 'running' || step?.status === 'queued'
                ? `Running: ${going}.`
                : step?.status === 'cancelled'
                  ? 'Cancelled before it finished.'
                  : 'No output yet. Press Run.'}
        </p>
      )}
    </section>
  );
}
