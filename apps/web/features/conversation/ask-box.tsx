import { useEffect, useRef } from 'react';
import { useGraphFunction, type ShownOutput, askable } from '../../api/graphs/graph-function.ts';
import { progressText } from '../../api/runs/run-texts.ts';
import { OutputPreview } from '../../kit/slots.ts';
import { useDocument, useRunView } from '../../kit/stores.ts';
import { isOver, makerIn, type RunState, stepsInOrder } from '@graft/view';
import {
  ask,
  askOf,
  cancelAsked,
  failureOf,
  forget,
  forgetAll,
  useAsk,
  type Asked,
} from './ask-store.ts';

/** What the run is doing: its current step and progress. `waits`: another run comes first. */
function workText(run: RunState, waits: boolean): string {
  const at = stepsInOrder(run).find(({ status }) => status === 'running');
  if (at === undefined) return waits ? 'Queued: another run is under way.' : 'Starting.';
  return at.progress === undefined ? 'Running.' : progressText(at.progress);
}

/** The answer of one output, also while it is being written. */
function Answer({
  asked: { question, run },
  output,
}: {
  readonly asked: Asked;
  readonly output: ShownOutput;
}) {
  const { step, port } = makerIn(run, output);
  const artifact = step?.outputs[port];
  if (step === undefined || (artifact === undefined && step.texts.size === 0)) return null;
  return (
    <div className="-mx-4 flex max-h-[60vh] min-h-0 flex-col overflow-auto">
      <OutputPreview
        key={artifact?.digest ?? 'writing'}
        step={step}
        port={port}
        artifact={artifact}
        told={question}
      />
    </div>
  );
}

function AskedRow({ asked }: { readonly asked: Asked }) {
  const { question, outputs, run } = asked;
  const over = isOver(run);
  const busy = useRunView(
    ({ run: shown }) => shown !== null && shown.runId !== run.runId && !isOver(shown),
  );
  const failure = failureOf(asked);
  return (
    <li className="border-t border-line pt-3" data-testid="asked" data-status={run.status}>
      <div className="flex items-baseline gap-3">
        <h4 className="min-w-0 flex-1 font-[550] break-words">{question}</h4>
        <button
          type="button"
          className="text-sm text-ink-2 hover:text-ink hover:underline"
          onClick={() => (over ? forget(asked) : void cancelAsked(asked))}
        >
          {over ? 'Remove' : 'Cancel'}
        </button>
      </div>
      {over ? null : (
        <p className="mt-1 text-sm text-ink-2" role="status">
          {workText(run, busy)}
        </p>
      )}
      {run.status === 'cancelled' ? <p className="mt-1 text-sm text-ink-2">Cancelled.</p> : null}
      {failure === undefined ? null : (
        <p className="mt-1 text-error" role="alert">
          {failure}
        </p>
      )}
      {outputs.map((output) => (
        <div
          key={`${output.node}.${output.port}`}
          role="group"
          aria-label={output.name}
          className="mt-2"
        >
          {outputs.length === 1 ? null : <h5 className="text-sm text-ink-2">{output.name}</h5>}
          <Answer asked={asked} output={output} />
        </div>
      ))}
    </li>
  );
}

/** Asks the open graph questions that are not in its file. Their answers are shown beside those of saved questions. */
export function AskBox() {
  const path = useDocument((state) => state.file?.path);
  const graph = useGraphFunction();
  const question = useAsk((state) => state.question);
  const asked = useAsk((state) => state.asked);
  const starting = useAsk((state) => state.starting);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => askOf(path), [path]);
  if (askable(graph) === undefined) return null;
  const blank = question.trim() === '';
  return (
    <section className="mt-6" aria-label="Your questions">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          void ask(question);
          field.current?.focus();
        }}
      >
        <label htmlFor="ask-question" className="font-[550]">
          Ask
        </label>
        <textarea
          ref={field}
          id="ask-question"
          className="field mt-1"
          rows={2}
          value={question}
          placeholder="Your question"
          aria-describedby="ask-help"
          onChange={({ target }) => useAsk.setState({ question: target.value })}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.nativeEvent.isComposing) return;
            event.preventDefault();
            event.stopPropagation();
            event.currentTarget.form?.requestSubmit();
          }}
        />
        <div className="mt-1.5 flex items-baseline gap-3">
          <p id="ask-help" className="min-w-0 flex-1 text-sm text-ink-2">
            Saves the graph and runs it with this question. The file keeps its own questions and
            results.
          </p>
          <button type="submit" className="button small" disabled={blank || starting}>
            Ask
          </button>
        </div>
      </form>
      {asked.length === 0 ? null : (
        <>
          <div className="mt-4 mb-1.5 flex items-baseline">
            <h3 className="flex-1 font-[550]">Asked</h3>
            <button
              type="button"
              className="text-sm text-ink-2 hover:text-ink hover:underline"
              title="Clears this list; the runs stay under All runs"
              onClick={() => {
                forgetAll();
                field.current?.focus();
              }}
            >
              Clear
            </button>
          </div>
          <ol className="flex flex-col gap-3" aria-label="Asked questions">
            {asked.map((question) => (
              <AskedRow key={question.run.runId} asked={question} />
            ))}
          </ol>
        </>
      )}
    </section>
  );
}
