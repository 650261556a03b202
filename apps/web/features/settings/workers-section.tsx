import { duration } from '@graft/nodes/kit/ui';
import { useQuery } from '@tanstack/react-query';
import { queries } from '../../api/client.ts';
import { Section } from './parts.tsx';
import {
  hintOf,
  modelsText,
  roomText,
  statusOf,
  waitingText,
  type Worker,
} from './worker-words.ts';

/** Milliseconds between two looks: workers tell what they do every second. */
const lookEvery = 2_000;

/** The workers of other machines: what each does, and what waits for them. Nothing where there are none. */
export function WorkersSection() {
  const { data: fleet } = useQuery(
    queries.settings.workers.queryOptions(undefined, {
      refetchInterval: lookEvery,
      staleTime: 0,
    }),
  );
  const { data: offered } = useQuery(queries.models.offered.queryOptions());
  const titles = new Map(offered?.models.map(({ facts }) => [facts.id, facts.title]));
  if (fleet === undefined || fleet.workers.length + fleet.waiting.length === 0) return null;
  return (
    <Section
      title="Workers"
      about="Processes that compute the steps of this workspace, on this machine or others. Steps that no worker takes run on this computer."
    >
      {fleet.workers.length === 0 ? null : (
        <ul aria-label="Workers" className="border-y border-line">
          {fleet.workers.map((worker) => (
            <WorkerRow key={worker.name} worker={worker} titleOf={(id) => titles.get(id) ?? id} />
          ))}
        </ul>
      )}
      {fleet.waiting.length === 0 ? null : (
        <p role="status" className="mt-2 text-ink-2">
          Waiting for a worker: {waitingText(fleet)}.
        </p>
      )}
    </Section>
  );
}

function WorkerRow({
  worker,
  titleOf,
}: {
  readonly worker: Worker;
  readonly titleOf: (id: string) => string;
}) {
  const { word, tone } = statusOf(worker);
  const hint = hintOf(worker);
  const models = modelsText(worker, titleOf);
  return (
    <li className="grid gap-x-4 gap-y-0.5 border-t border-line py-1.5 first:border-t-0 md:grid-cols-[17rem_4.5rem_minmax(0,1fr)]">
      <span className="wrap-anywhere">{worker.shown}</span>
      <span>
        <span className="chip" data-tone={tone}>
          {word}
        </span>
      </span>
      <span className="min-w-0 text-ink-2 wrap-anywhere">
        {roomText(worker)}
        {worker.steps.map((step) => (
          <span key={`${step.runId} ${step.node}`} className="flex gap-3 text-ink">
            <span className="min-w-0 flex-1">
              {step.node}
              {step.file === undefined ? null : <span className="text-ink-2"> in {step.file}</span>}
              {step.isCancelled ? <span className="text-ink-2">, being cancelled</span> : null}
            </span>
            {step.ms === undefined ? null : (
              <span className="shrink-0 tabular-nums">{duration(step.ms)}</span>
            )}
          </span>
        ))}
        {models === undefined ? null : <span className="block">{models}</span>}
        {hint === undefined ? null : <span className="block text-sm">{hint}</span>}
      </span>
    </li>
  );
}
