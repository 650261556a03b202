import { Metrics, type ArtifactRef, type Span } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { previews } from '@graft/nodes/previews';
import { count } from '@graft/nodes/kit/ui';
import { useEffect, useMemo, useRef, useState } from 'react';
import { problemsOf, problemText } from '../api/problem.ts';
import { CopyIcon } from '../shell/icons.tsx';
import { progressText } from '../canvas/node-status.ts';
import { useDocument } from '../state/document-store.ts';
import type { StepState } from '../state/run-state.ts';
import { useRunView } from '../state/run-view.ts';
import { useScreen } from '../state/screen-store.ts';
import { useItemRows } from './item-rows.ts';
import { LiveCurves } from './live-curves.tsx';
import { copyText, textOf } from './output/copy-rows.ts';
import { downloadFormats } from './output/download-formats.ts';
import { useFound } from './output/find-rows.ts';
import { useHighlight } from './output/highlight.ts';
import { OutputBar } from './output/output-bar.tsx';
import { useRowWindow } from './output/row-window.ts';
import { Score } from './score.tsx';
import { RawRows } from './raw-rows.tsx';
import { ReasonBanner } from './reason-banner.tsx';

/** What a preview is given while there is no artifact yet, only text being written. */
const unfinished: ArtifactRef = { digest: '0'.repeat(64), mediaType: '', size: 0 };

function openSource(source: Span): void {
  useScreen.getState().show({ source });
}

/** Copies one row, as text or as the JSON that it is. */
function rowActions(row: unknown) {
  return (
    <>
      <button
        type="button"
        className="icon-button"
        aria-label="Copy this row as text"
        title="Copy this row as text"
        onClick={() => void copyText(textOf(row), 'the row')}
      >
        <CopyIcon />
      </button>
      <button
        type="button"
        className="icon-button font-mono text-[10px]"
        aria-label="Copy this row as JSON"
        title="Copy this row as JSON"
        onClick={() => void copyText(JSON.stringify(row), 'the row as JSON')}
      >
        {'{}'}
      </button>
    </>
  );
}

interface OutputPreviewProps {
  readonly step: StepState;
  readonly port: string | undefined;
  readonly artifact: ArtifactRef | undefined;
}

function OutputPreview({ step, port, artifact }: OutputPreviewProps) {
  const node = useDocument((state) => state.graph.nodes[step.node]);
  const [start, setStart] = useState(0);
  const [current, setCurrent] = useState<number>();
  const [text, search] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const window = useRowWindow(artifact, start);
  const { rows, first, total, loading, loadMore, loadBefore, error } = window;
  const found = useFound(artifact, text);
  useHighlight(list, text);
  const goTo = (row: number): void => {
    setCurrent(row);
    if (row < first || row >= first + rows.length) setStart(row);
  };
  const shown = current !== undefined && current >= first && current < first + rows.length;
  useEffect(() => {
    if (shown)
      list.current
        ?.querySelector(`[data-row="${String(current)}"]`)
        ?.scrollIntoView({ block: 'center' });
  }, [shown, current]);
  const writes = step.status === 'running' && step.texts.size > 0;
  const items = useItemRows(step, writes);
  const streaming = useMemo(() => Object.fromEntries(step.texts), [step.texts]);
  if (error !== null) {
    return <p className="px-4 py-3 text-error">{problemsOf(error).map(problemText).join(' ')}</p>;
  }
  const Preview = previews[step.type] ?? RawRows;
  return (
    <>
      {artifact === undefined || downloadFormats(artifact).length === 0 ? null : (
        <OutputBar
          {...{ artifact, rows, total, text, search, found, current, goTo }}
          name={[node?.title ?? step.node, port].join('-')}
          byRow={artifact.mediaType !== Metrics.mediaType}
        />
      )}
      <div ref={list} className="flex min-h-0 flex-col">
        {loadBefore === undefined ? null : (
          <button
            type="button"
            className="border-b border-line px-4 py-1.5 text-left text-sm text-ink-2 hover:text-ink"
            disabled={loading}
            onClick={loadBefore}
          >
            Show the rows before row {count(first + 1)}
          </button>
        )}
        <Preview
          {...{ rows, total, loading, loadMore, first, rowActions }}
          {...(current === undefined ? {} : { current })}
          artifact={artifact ?? unfinished}
          params={node?.params ?? {}}
          openSpan={openSource}
          {...(writes ? { streaming, items } : {})}
        />
      </div>
    </>
  );
}

function PortTabs(props: {
  readonly ports: readonly string[];
  readonly current: string | undefined;
  readonly choose: (port: string) => void;
}) {
  if (props.ports.length < 2) return null;
  return (
    <div className="flex gap-1 px-4 pb-3" role="tablist" aria-label="Outputs">
      {props.ports.map((port) => (
        <button
          key={port}
          type="button"
          role="tab"
          aria-selected={port === props.current}
          className="chip aria-selected:bg-accent-soft aria-selected:text-accent"
          onClick={() => props.choose(port)}
        >
          {port}
        </button>
      ))}
    </div>
  );
}

function Empty({ children }: { readonly children: string }) {
  return <p className="px-4 py-3 text-ink-2">{children}</p>;
}

/** The output of a node type that holds its metrics. */
function metricsPort(type: string | undefined): string | undefined {
  const outputs = Object.entries(registry.get(type ?? '')?.outputs ?? {});
  return outputs.find(([, port]) => port.type.id === Metrics.id)?.[0];
}

/** Why the step ran, and what came out of it, a page at a time. */
export function OutputTab({ node }: { readonly node: string }) {
  const step = useRunView((state) => state.run?.steps[node]);
  const [chosen, choose] = useState<string>();
  // Once there are outputs, the metrics are one of them.
  const trains =
    step !== undefined && step.metrics.length > 0 && Object.keys(step.outputs).length === 0;
  const curves = metricsPort(step?.type);
  useEffect(() => {
    // Who watches the curves goes on seeing them when the step has finished.
    if (trains) choose(curves);
  }, [trains, curves]);
  if (step === undefined) return <Empty>Not run yet. Press Run to see what comes out.</Empty>;
  const ports = Object.keys(step.outputs);
  const port = chosen !== undefined && ports.includes(chosen) ? chosen : ports[0];
  const artifact = port === undefined ? undefined : step.outputs[port];
  const writes = step.status === 'running' && step.texts.size > 0;
  return (
    <div className="flex min-h-0 flex-1 flex-col overflow-auto" data-testid="output">
      <ReasonBanner step={step} />
      {step.error === undefined ? null : (
        <p className="mx-4 mb-3 rounded-[7px] bg-error-soft px-[11px] py-2 text-error" role="alert">
          {problemText(step.error)}
        </p>
      )}
      <Score artifact={artifact} />
      <PortTabs ports={ports} current={port} choose={choose} />
      {trains ? <LiveCurves step={step} /> : null}
      {artifact !== undefined || writes ? (
        <OutputPreview
          key={artifact?.digest ?? 'writing'}
          step={step}
          port={port}
          artifact={artifact}
        />
      ) : trains ? null : step.status === 'running' ? (
        <Empty>{step.progress === undefined ? 'Starting.' : progressText(step.progress)}</Empty>
      ) : step.status === 'queued' ? (
        <Empty>Waits for what comes before it.</Empty>
      ) : step.error === undefined ? (
        <Empty>This step did not run, so there is nothing to show.</Empty>
      ) : null}
    </div>
  );
}
