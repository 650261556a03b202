import { Answers } from '@graft/graph';
import {
  answerProblem,
  drawnFile,
  edgesInto,
  isAnswered,
  isOver,
  makerIn,
  nodeTypes,
  type GivenAnswer,
  type RunState,
  type ShownOutput,
  type StepView,
  type Turn,
} from '@graft/view';
import { useMemo } from 'react';
import { retry, stopAnswer } from '../../api/runs/conversation.ts';
import { isAsking } from '../../api/graphs/asked-link.ts';
import { OutputPreview } from '../../kit/slots.ts';
import { useDocument, useRunView, useScreen } from '../../kit/stores.ts';
import { modelsText, workText } from './work-text.ts';
import { AnswerRows, useRows } from './answer-rows.tsx';

/** The prompts that a step of the run answers, as far as they are known. */
function usePrompts(run: RunState, step: StepView | undefined): readonly unknown[] {
  const graph = useDocument(drawnFile);
  const over = step === undefined ? undefined : nodeTypes().get(step.type)?.items?.over;
  const edge = useMemo(
    () =>
      step === undefined
        ? undefined
        : edgesInto(graph, step.node).find(({ targetPort }) => targetPort === over),
    [graph, step, over],
  );
  const made =
    edge === undefined ? undefined : makerIn(run, { node: edge.source, port: edge.sourcePort });
  return useRows(made?.step?.outputs[made.port]).data ?? [];
}

/** The answer of one output, also while it is being written, and the passages it was given. */
function OutputOf({
  turn,
  run,
  output,
}: {
  readonly turn: Turn;
  readonly run: RunState;
  readonly output: ShownOutput;
}) {
  const { step, port } = makerIn(run, output);
  const artifact = step?.outputs[port];
  const prompts = usePrompts(run, step);
  if (step === undefined) return null;
  if (artifact !== undefined && artifact.mediaType !== Answers.mediaType)
    return (
      <div className="-mx-4 flex max-h-[60vh] min-h-0 flex-col overflow-auto">
        <OutputPreview key={artifact.digest} {...{ step, port, artifact }} />
      </div>
    );
  return <AnswerRows {...{ turn, step, artifact, prompts }} runId={run.runId} />;
}

/** An answer to a question, with what can be done about it. */
export function TurnAnswer({
  turn,
  answer,
}: {
  readonly turn: Turn;
  readonly answer: GivenAnswer;
}) {
  const { id, run, outputs, adapter, stopped } = answer;
  const over = isAnswered(answer);
  const problem = answerProblem(answer);
  const busy = useRunView(
    ({ run: shown }) => shown !== null && shown.runId !== run?.runId && !isOver(shown),
  );
  const graph = useDocument((state) => state.graph);
  // Nodes and servers are for those who see the graph.
  const inApp = useScreen(({ view }) => view === 'app') || isAsking();
  // While it is waited for, the line of the work names it.
  const models = run === undefined || !over || isAsking() ? '' : modelsText(run);
  return (
    <div
      className="mt-1.5 [[data-testid=answer]+&]:mt-4"
      data-testid="answer"
      data-status={run?.status ?? 'sending'}
    >
      {adapter === undefined ? null : (
        <h4 className="text-sm text-ink-2">
          {adapter === 'on' ? 'With the adapter' : 'Without the adapter'}
        </h4>
      )}
      <div aria-live="polite" aria-busy={!over}>
        {run === undefined
          ? null
          : outputs.map((output) => (
              <div
                key={`${output.node}.${output.port}`}
                role="group"
                aria-label={output.name}
                className="mt-1"
              >
                {outputs.length === 1 ? null : (
                  <h5 className="text-sm text-ink-2">{output.name}</h5>
                )}
                <OutputOf {...{ turn, run, output }} />
              </div>
            ))}
        {problem === undefined ? null : (
          <p className="mt-1 text-error" role="alert">
            {problem}
          </p>
        )}
      </div>
      <div className="mt-1 flex min-h-6 items-center gap-x-3 text-sm text-ink-2">
        {/* One button, so that it keeps the focus when the answer is there; before words whose length changes. */}
        <button
          type="button"
          className="quiet-action"
          data-act="answer"
          disabled={!over && stopped}
          onClick={() => void (over ? retry(id) : stopAnswer(id))}
        >
          {over ? 'Retry' : 'Stop'}
        </button>
        <span role="status" className="min-w-0 truncate empty:hidden">
          {over
            ? run?.status === 'cancelled'
              ? 'Stopped.'
              : ''
            : stopped
              ? 'Stopping.'
              : workText(run, { waits: busy, graph: inApp ? undefined : graph })}
        </span>
        {models === '' ? null : (
          <span className="ml-auto min-w-0 truncate" title={`Answered by ${models}`}>
            <span className="sr-only">Answered by </span>
            {models}
          </span>
        )}
      </div>
    </div>
  );
}
