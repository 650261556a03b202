import { Answers } from '@graft/graph';
import {
  answerProblem,
  drawnFile,
  edgesInto,
  isAnswered,
  isOver,
  makerIn,
  nodeTypes,
  stepsInOrder,
  type GivenAnswer,
  type RunState,
  type ShownOutput,
  type StepView,
  type Turn,
} from '@graft/view';
import { useMemo } from 'react';
import { retry, stopAnswer } from '../../api/runs/conversation.ts';
import { progressText } from '../../api/runs/run-texts.ts';
import { OutputPreview } from '../../kit/slots.ts';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { AnswerRows, useRows } from './answer-rows.tsx';

/** What the run is doing: its current step and progress. `waits`: another run comes first. */
function workText(run: RunState | undefined, waits: boolean): string {
  if (run === undefined) return 'Sending.';
  const at = stepsInOrder(run).find(({ status }) => status === 'running');
  if (at === undefined) return waits ? 'Queued: another run is under way.' : 'Starting.';
  return at.progress === undefined ? 'Running.' : progressText(at.progress);
}

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
  return <AnswerRows {...{ turn, step, artifact, prompts }} />;
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
      <div className="mt-1 flex min-h-6 flex-wrap items-center gap-x-3 text-sm text-ink-2">
        <span role="status" className="empty:hidden">
          {over
            ? run?.status === 'cancelled'
              ? 'Stopped.'
              : ''
            : stopped
              ? 'Stopping.'
              : workText(run, busy)}
        </span>
        {/* One button, so that it keeps the focus when the answer is there. */}
        <button
          type="button"
          className="quiet-action"
          data-act="answer"
          disabled={!over && stopped}
          onClick={() => void (over ? retry(id) : stopAnswer(id))}
        >
          {over ? 'Retry' : 'Stop'}
        </button>
      </div>
    </div>
  );
}
