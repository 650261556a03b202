import { setTitle, type GraphNode } from '@graft/graph';
import { focusNode } from '../../kit/focus.ts';
import {
  useDocument,
  useRunView,
  usePanels,
  useScreen,
  usePath,
  useShape,
} from '../../kit/stores.ts';
import { usedGraph, untitled, type InspectorTab } from '@graft/view';
import { enterSelected } from '../../api/graphs/navigation.ts';
import { startRun } from '../../api/runs/run-actions.ts';
import { useResults } from '../../api/runs/use-results.ts';
import { useTakeBack } from './fields/take-back.ts';
import { DriftNotice } from './drift-notice.tsx';
import { goFullPage, leaveFullPage } from './focus-inspector.ts';
import { GraphSummary } from './graph-summary.tsx';
import { useWarnings } from '../../kit/log-lines.tsx';
import { LogsTab } from './logs-tab.tsx';
import { OutputTab } from './output-tab.tsx';
import { PastParameters } from './past-parameters.tsx';
import { LabelAnswers } from '../../kit/slots.ts';
import { FullPageIcon } from '../../kit/icons.tsx';
import { TabList } from '../../kit/tab-list.tsx';
import { ParameterForm } from './parameter-form.tsx';
import { AboutTab } from './about-tab.tsx';

/** What has keys of its own. */
const field = 'input, textarea, select, [contenteditable]';

const tabs: readonly { readonly id: InspectorTab; readonly title: string }[] = [
  { id: 'parameters', title: 'Parameters' },
  { id: 'output', title: 'Output' },
  { id: 'logs', title: 'Log' },
  { id: 'about', title: 'About' },
];

function Tabs({ node }: { readonly node: string }) {
  const current = useScreen((state) => state.inspectorTab);
  const warnings = useWarnings(node).length;
  return (
    <TabList
      label="Inspector"
      tabs={tabs.map((tab) => (tab.id === 'logs' ? { ...tab, warnings } : tab))}
      current={current}
      choose={useScreen.getState().chooseTab}
      className="flex flex-1 gap-[18px]"
      tabClassName="-mb-px border-b-2 border-transparent py-[7px] text-ink-2 hover:text-ink aria-selected:border-accent aria-selected:font-[550] aria-selected:text-ink"
      panel="inspector-panel"
    />
  );
}

function TitleField({ id, node }: { readonly id: string; readonly node: GraphNode }) {
  const write = (title: unknown): void =>
    useDocument
      .getState()
      .edit((graph) => setTitle(graph, id, typeof title === 'string' ? title : ''), `${id}.title`);
  const { events } = useTakeBack({
    node: id,
    value: () => useDocument.getState().shown.nodes[id]?.title,
    write,
  });
  return (
    <input
      aria-label="Title"
      className="w-full truncate rounded-sm bg-transparent text-lg font-[620] tracking-[-0.01em] outline-offset-3 placeholder:text-ink"
      value={node.title ?? ''}
      placeholder={untitled(id, node)}
      onChange={(event) => write(event.target.value)}
      {...events}
    />
  );
}

/** Leads from a node to the result of the graph, which the panel shows with nothing selected. */
function ToResult({ from }: { readonly from: string }) {
  const results = useResults();
  if (results === undefined || results.includes(from)) return null;
  return (
    <button
      type="button"
      className="shrink-0 hover:text-ink hover:underline"
      title="Show the results of the graph, with nothing selected"
      onClick={() => useScreen.getState().select([])}
    >
      Show result
    </button>
  );
}

/** Lays the inspector over the full page, and back. */
function FullPageButton() {
  const fullPage = usePanels((state) => state.fullPage);
  return (
    <button
      type="button"
      className="icon-button aria-pressed:text-accent"
      aria-label="Full page"
      aria-pressed={fullPage}
      title={fullPage ? 'Leave the full page (Esc)' : 'Show on the full page'}
      onClick={fullPage ? leaveFullPage : goFullPage}
    >
      <FullPageIcon />
    </button>
  );
}

/** The selected node: parameters, output, logs, and what its type does. */
export function NodeInspector({ id }: { readonly id: string }) {
  const node = useDocument((state) => state.shown.nodes[id]);
  const path = usePath(id);
  const tab = useScreen((state) => state.inspectorTab);
  const past = useRunView((state) => state.past);
  const definition = useShape(node);
  if (node === undefined) return <GraphSummary />;
  return (
    <>
      <div className="px-4 pt-3 pb-2">
        <TitleField key={id} id={id} node={node} />
        {definition === undefined ? (
          <p className="mt-0.5 text-ink-2">
            This version of Graft has no node type &quot;{node.type}&quot;. Graft keeps the node
            unchanged, but the graph cannot run.
          </p>
        ) : (
          // Whole under About.
          <p className="mt-0.5 line-clamp-2 text-ink-2" title={definition.doc}>
            {definition.doc}
          </p>
        )}
        <div className="mt-1.5 flex items-center gap-3 text-sm text-ink-2">
          <code className="min-w-0 flex-1 truncate font-mono text-[11.5px]" title={id}>
            {id}
          </code>
          <ToResult from={id} />
          {usedGraph(node) === undefined ? null : (
            <button
              type="button"
              className="shrink-0 hover:text-ink hover:underline"
              onClick={enterSelected}
            >
              Open the {usedGraph(node)?.startsWith('#') === true ? 'subgraph' : 'file'}
            </button>
          )}
          <button
            type="button"
            className="shrink-0 hover:text-ink hover:underline"
            onClick={() => void startRun(path)}
          >
            Run up to here
          </button>
        </div>
      </div>
      <div className="px-4 pb-2 empty:hidden">
        <DriftNotice node={path} />
      </div>
      <div className="px-4 pb-2.5 empty:hidden">
        <LabelAnswers path={path} />
      </div>
      <div className="flex items-center border-b border-line pr-3 pl-4">
        <Tabs node={path} />
        <FullPageButton />
      </div>
      <div
        id="inspector-panel"
        data-node={id}
        role="tabpanel"
        tabIndex={-1}
        aria-labelledby={`tab-${tab}`}
        // The ring lies over what stays at the top of an output while its rows scroll.
        className="relative flex min-h-0 flex-1 flex-col outline-none after:pointer-events-none after:absolute after:inset-0 after:z-20 focus-visible:after:border-2 focus-visible:after:border-accent"
        onKeyDown={(event) => {
          if (event.key !== 'Escape' || event.defaultPrevented) return;
          // Over the full page it leads out of a field; from elsewhere the command leads back.
          const inField = event.target instanceof Element && event.target.matches(field);
          if (usePanels.getState().fullPage && !inField) return;
          event.preventDefault();
          focusNode(id);
        }}
      >
        {tab === 'output' ? <OutputTab key={path} node={path} /> : null}
        {tab === 'logs' ? <LogsTab node={path} /> : null}
        {definition !== undefined && tab === 'parameters' && past ? (
          <PastParameters node={id} definition={definition} />
        ) : null}
        {definition !== undefined && tab === 'parameters' && !past ? (
          <ParameterForm key={id} node={id} definition={definition} />
        ) : null}
        {definition !== undefined && tab === 'about' ? <AboutTab definition={definition} /> : null}
      </div>
    </>
  );
}
