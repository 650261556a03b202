import { graphTitle, settingText } from '@graft/graph';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { useKeptOpen } from '../../kit/kept-open.ts';
import { Conversation, PlainControl, RunsOnChange, PastRunBanner } from '../../kit/slots.ts';
import { printLight } from '../../kit/notebook/printing.ts';
import { RunOrCancel } from '../../kit/run-or-cancel.tsx';
import { useConversation, useDocument, useRunView, useScreen } from '../../kit/stores.ts';
import { askLinkOptions, isAsking } from '../../api/graphs/asked-link.ts';
import { fileTitle } from '../../api/graphs/graph-file.ts';
import { countProblems, isGoingOn, keepViewShowable } from '@graft/view';
import { countText, useProblems } from '../../api/graphs/use-problems.ts';
import { cancelRun } from '../../api/runs/run-actions.ts';
import { AppInput } from './app-input.tsx';
import { AppOutput } from './app-output.tsx';
import { copyAskLink, linkAllows } from './copy-link.ts';
import { isThisMachine } from './this-machine.ts';
import { isChanged, runApp } from './run-form.ts';
import {
  askable,
  missingInputs,
  useGraphFunction,
  valueKey,
  type GivenParam,
  type GraphFunction,
} from '../../api/graphs/graph-function.ts';
import { openConversation } from '../../api/runs/conversation.ts';

function AppParameter({ given }: { readonly given: GivenParam }) {
  const { field } = given;
  const { name, title, description, unit } = field;
  const own = useConversation((state) => state.values[valueKey(given)]);
  const id = `app-param-${name}`;
  return (
    <section className="app-field">
      <div className="mb-1 flex items-baseline justify-between">
        {field.control === 'boolean' ? (
          <span />
        ) : (
          <label htmlFor={id} className="font-[550]">
            {title}
            {unit === undefined ? null : <span className="sr-only"> ({unit})</span>}
          </label>
        )}
        {own === undefined ? null : (
          <button
            type="button"
            className="text-sm text-ink-2 hover:text-ink hover:underline"
            title={`As set in the graph: ${settingText(field.default)}`}
            onClick={() => useConversation.getState().set(valueKey(given), undefined)}
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
        change={(value) => useConversation.getState().set(valueKey(given), value)}
      />
      <p id={`${id}-help`} className="mt-1 text-sm text-ink-2 empty:hidden">
        {description}
      </p>
    </section>
  );
}

function RunRow({ graph }: { readonly graph: GraphFunction }) {
  const working = useRunView(isGoingOn);
  const given = useConversation((state) => state.texts);
  const missing = missingInputs(graph, given);
  return (
    <div className="flex flex-wrap items-center gap-3">
      <RunOrCancel
        working={working}
        disabled={missing.length > 0}
        run={() => void runApp(graph)}
        cancel={() => void cancelRun()}
        byKey
      />
      {working || missing.length === 0 ? null : (
        <p className="text-sm text-ink-2">Fill in {missing.join(' and ')} first.</p>
      )}
    </div>
  );
}

/** The inputs and parameters of the graph; a question is typed where it is asked. */
function Fields({ graph }: { readonly graph: GraphFunction }) {
  const { params } = graph;
  const questions = new Set(askable(graph)?.map(({ node }) => node));
  const inputs = graph.inputs.filter(({ node }) => !questions.has(node));
  const more = useKeptOpen(useDocument(({ file }) => `app ${file?.path ?? ''}`));
  const plain = params.filter(({ field }) => !field.advanced);
  const advanced = params.filter(({ field }) => field.advanced);
  return (
    <>
      {inputs.map((input) => (
        <AppInput key={input.node} input={input} />
      ))}
      {plain.map((given) => (
        <AppParameter key={valueKey(given)} given={given} />
      ))}
      {advanced.length === 0 ? null : (
        <details {...more}>
          <summary className="mb-3 cursor-default text-ink-2 hover:text-ink">More</summary>
          <div className="flex flex-col gap-4">
            {advanced.map((given) => (
              <AppParameter key={valueKey(given)} given={given} />
            ))}
          </div>
        </details>
      )}
    </>
  );
}

function Form({ graph }: { readonly graph: GraphFunction }) {
  const talks = askable(graph) !== undefined;
  return (
    <form
      className="flex flex-col gap-4 empty:hidden"
      onSubmit={(event) => event.preventDefault()}
      aria-label="Inputs"
      onKeyDown={(event) => {
        if (talks || event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
        event.preventDefault();
        event.stopPropagation();
        if (missingInputs(graph, useConversation.getState().texts).length === 0) void runApp(graph);
      }}
    >
      <Fields graph={graph} />
      {talks ? null : <RunRow graph={graph} />}
    </form>
  );
}

/** Why the run that is shown did not come to its end. */
function RunProblem() {
  const run = useRunView((state) => state.run);
  const changed = useConversation(isChanged);
  const failed = run?.status === 'failed' ? run.error?.message : undefined;
  if (failed === undefined) return null;
  return changed ? (
    <p className="rounded-[7px] border border-line px-[11px] py-2 text-ink-2">
      Failed with the earlier inputs: {failed}
    </p>
  ) : (
    <p className="rounded-[7px] bg-error-soft px-[11px] py-2 text-error" role="alert">
      {failed}
    </p>
  );
}

function NoInterface() {
  if (isAsking())
    return (
      <p className="text-ink-2">
        This graph takes no questions now. Tell the person who sent you the link.
      </p>
    );
  return (
    <p className="text-ink-2">
      This graph has no named inputs or outputs and answers no questions, so there is no form to
      show. On the canvas, connect an <em>Output</em> node to each result to show here, and add an{' '}
      <em>Input</em> node for each input; expose parameters in the inspector.
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
          Connection to Graft lost; reconnecting. Your text is kept.
        </p>
      )}
    </>
  );
}

/** What the app is called, and where else it can be seen. */
function Head({ path, talks }: { readonly path: string; readonly talks: boolean }) {
  const about = useDocument((state) => state.graph.notes);
  const { title, description = '' } = graphTitle({ notes: about ?? {} }) ?? {};
  const asking = isAsking();
  return (
    <header>
      <h1 className="text-xl font-[640] tracking-[-0.015em] break-words">
        {title ?? fileTitle(path).split('/').at(-1)}
      </h1>
      {description === '' ? null : <p className="mt-1 text-ink-2">{description}</p>}
      {asking ? null : <HeadActions path={talks ? path : undefined} />}
      {asking || !talks ? null : <LinkAbout path={path} />}
    </header>
  );
}

/** What the link lets others do, and where it works. */
function LinkAbout({ path }: { readonly path: string }) {
  // Beforehand, so that copying does not wait for it.
  const { data: link } = useQuery(askLinkOptions(path));
  return (
    <p
      // In its place from the start, so that it moves nothing below.
      className={`mt-1 text-sm text-ink-2 ${link === undefined ? 'invisible' : ''}`}
      data-testid="link-reach"
    >
      {linkAllows(link !== null)}
      {isThisMachine(location.hostname)
        ? ' It works on this computer only; “Open Graft from another machine” in the documentation tells how to let others in.'
        : ''}
    </p>
  );
}

/** Where else the graph can be seen, and the link for others; `path` is absent where there is nothing to ask by it. */
function HeadActions({ path }: { readonly path: string | undefined }) {
  return (
    <div className="mt-1.5 flex items-center gap-3">
      <button
        type="button"
        className="text-sm text-ink-2 hover:text-ink hover:underline"
        onClick={() => useScreen.getState().look('canvas')}
      >
        Show the canvas
      </button>
      {path === undefined ? null : (
        <button type="button" className="button small" onClick={() => void copyAskLink(path)}>
          Copy the link
        </button>
      )}
      <RunsOnChange />
    </div>
  );
}

/** The open graph for people who only use it: a conversation, or a form with its outputs. */
export function AppView() {
  const path = useDocument((state) => state.file?.path);
  const graph = useGraphFunction();
  const all = useProblems();
  const whole = useDocument((state) => state.graph);
  // What an input lacks is given here.
  const given = new Set(graph?.inputs.map(({ node }) => node));
  const problems = all.filter(({ location }) => !given.has(location.node ?? ''));
  useEffect(() => openConversation(path), [path]);
  useEffect(keepViewShowable, []);
  useEffect(printLight, []);
  if (path === undefined) return null;
  const talks = askable(graph) !== undefined;
  return (
    <div className="flex h-full flex-col">
      <Notes />
      <main className="app-view">
        <div className={talks || graph === undefined ? 'app-talk' : 'app-columns'}>
          <div className="flex flex-col gap-4">
            <Head {...{ path, talks }} />
            {problems.length === 0 ? null : (
              <p className="text-error" role="alert">
                {countText(countProblems(problems, whole))}: {problems[0]?.message}
              </p>
            )}
            {graph === undefined ? <NoInterface /> : <Form graph={graph} />}
          </div>
          {talks ? (
            <Conversation inApp />
          ) : (
            <div className="flex min-w-0 flex-col gap-4">
              <RunProblem />
              {graph?.outputs.map((output) => (
                <AppOutput key={`${output.node}.${output.port}`} output={output} />
              ))}
            </div>
          )}
        </div>
      </main>
    </div>
  );
}
