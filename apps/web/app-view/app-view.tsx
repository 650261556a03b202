import { settingText } from '@graft/graph';
import { useEffect } from 'react';
import { PlainControl } from '../inspector/fields/plain-control.tsx';
import { keyName } from '../shell/platform.ts';
import { RunKeys, RunOrCancel } from '../shell/run-or-cancel.tsx';
import { useDocument } from '../state/document-store.ts';
import { fileTitle } from '../state/file-actions.ts';
import { countProblems, countText, useProblems } from '../state/problems.ts';
import { cancelRun } from '../state/run-actions.ts';
import { isOver } from '../state/run-state.ts';
import { useRunView } from '../state/run-view.ts';
import { useScreen } from '../state/screen-store.ts';
import { keepViewShowable } from '../state/way-out.ts';
import { PastRunBanner } from '../timeline/past-run-banner.tsx';
import { AppInput } from './app-input.tsx';
import { AppOutput } from './app-output.tsx';
import { missingInputs, runApp, useApp } from './app-store.ts';
import { useGraphFunction, type GivenParam, type GraphFunction } from './graph-function.ts';

function AppParameter({ field }: Pick<GivenParam, 'field'>) {
  const { name, title, description, unit } = field;
  const own = useApp((state) => state.values[name]);
  const id = `app-param-${name}`;
  return (
    <section className="app-field">
      <div className="mb-1 flex items-baseline justify-between">
        {field.control === 'boolean' ? (
          <span />
        ) : (
          <label htmlFor={id} className="font-[550]">
            {title}
            {unit === undefined ? '' : ` (${unit})`}
          </label>
        )}
        {own === undefined ? null : (
          <button
            type="button"
            className="text-sm text-ink-2 hover:text-ink hover:underline"
            title={`As the graph has it: ${settingText(field.default)}`}
            onClick={() => useApp.getState().set(name, undefined)}
          >
            Reset
          </button>
        )}
      </div>
      <PlainControl
        {...{ field, id }}
        value={own ?? field.default}
        invalid={false}
        describedBy={`${id}-help`}
        change={(value) => useApp.getState().set(name, value)}
      />
      <p id={`${id}-help`} className="mt-1 text-sm text-ink-2 empty:hidden">
        {description}
      </p>
    </section>
  );
}

function RunRow({ graph }: { readonly graph: GraphFunction }) {
  const working = useRunView(({ run }) => run !== null && !isOver(run));
  const given = useApp((state) => state.texts);
  const missing = missingInputs(graph, given);
  return (
    <div className="flex flex-wrap items-center gap-3">
      <RunOrCancel
        working={working}
        disabled={missing.length > 0}
        run={() => void runApp(graph)}
        cancel={() => void cancelRun()}
        keys={<RunKeys />}
      />
      {working || missing.length === 0 ? null : (
        <p className="text-sm text-ink-2">Write something for {missing.join(' and ')} first.</p>
      )}
    </div>
  );
}

function Form({ graph }: { readonly graph: GraphFunction }) {
  const { inputs, params } = graph;
  const fields = params.map(({ field }) => field);
  const plain = fields.filter(({ advanced }) => !advanced);
  const advanced = fields.filter((field) => field.advanced);
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => event.preventDefault()}
      aria-label="What the graph is given"
      onKeyDown={(event) => {
        if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation();
        if (missingInputs(graph, useApp.getState().texts).length === 0) void runApp(graph);
      }}
    >
      {inputs.map((input) => (
        <AppInput key={input.name} input={input} />
      ))}
      {plain.map((field) => (
        <AppParameter key={field.name} field={field} />
      ))}
      {advanced.length === 0 ? null : (
        <details>
          <summary className="mb-3 cursor-default text-ink-2 hover:text-ink">More</summary>
          <div className="flex flex-col gap-4">
            {advanced.map((field) => (
              <AppParameter key={field.name} field={field} />
            ))}
          </div>
        </details>
      )}
      <RunRow graph={graph} />
    </form>
  );
}

/** Why the run that is shown did not come to its end. */
function RunProblem() {
  const run = useRunView((state) => state.run);
  const failed = run?.status === 'failed' ? run.error?.message : undefined;
  return failed === undefined ? null : (
    <p className="rounded-[7px] bg-error-soft px-[11px] py-2 text-error" role="alert">
      {failed}
    </p>
  );
}

function NoInterface() {
  return (
    <p className="text-ink-2">
      This graph takes and gives nothing by name, and answers no questions, so there is no form to
      show. On the canvas, add an <em>Output</em> node to what should be shown here, and an{' '}
      <em>Input</em> node where something is to be given; parameters are exposed in the inspector.
    </p>
  );
}

/** What is to be known of the page itself: that it shows a run of before, or hears nothing new. */
function Notes() {
  const past = useRunView((state) => state.past);
  const connected = useRunView((state) => state.connected);
  return (
    <>
      {past ? <PastRunBanner /> : null}
      {connected ? null : (
        <p className="border-b border-line bg-panel px-3.5 py-1.5 text-ink-2" role="status">
          Not connected to Graft: trying again. What you have written here stays.
        </p>
      )}
    </>
  );
}

/** The open graph as a form and its outputs, nothing else: for whoever only wants to use it. */
export function AppView() {
  const path = useDocument((state) => state.file?.path);
  const graph = useGraphFunction();
  const all = useProblems();
  const whole = useDocument((state) => state.graph);
  // What an input lacks is given here.
  const given = new Set(graph?.inputs.map(({ node }) => node));
  const problems = all.filter(({ location }) => !given.has(location.node ?? ''));
  useEffect(() => useApp.getState().begin(path), [path]);
  useEffect(keepViewShowable, []);
  if (path === undefined) return null;
  return (
    <div className="flex h-full flex-col">
      <Notes />
      <main className="app-view">
        <div className="app-columns">
          <div className="flex flex-col gap-4">
            <header>
              <h1 className="text-xl font-[640] tracking-[-0.015em] break-words">
                {fileTitle(path).split('/').at(-1)}
              </h1>
              <button
                type="button"
                className="text-sm text-ink-2 hover:text-ink hover:underline"
                onClick={() => useScreen.getState().look('canvas')}
              >
                Show how it is made
              </button>
            </header>
            {problems.length === 0 ? null : (
              <p className="text-error" role="alert">
                {countText(countProblems(problems, whole))}: {problems[0]?.message}
              </p>
            )}
            {graph === undefined ? <NoInterface /> : <Form graph={graph} />}
          </div>
          <div className="flex min-w-0 flex-col gap-4">
            <RunProblem />
            {graph?.outputs.map((output) => (
              <AppOutput key={`${output.node}.${output.port}`} output={output} />
            ))}
          </div>
        </div>
      </main>
    </div>
  );
}
