import { Metrics, type ArtifactRef, type Span } from '@graft/graph';
import { registry } from '@graft/nodes/definitions';
import { previews } from '@graft/nodes/previews';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useCallback, useEffect, useMemo, useState } from 'react';
import { api } from '../api/client.ts';
import { problemsOf, problemText } from '../api/problem.ts';
import { progressText } from '../canvas/node-status.ts';
import { useDocument } from '../state/document-store.ts';
import type { StepState } from '../state/run-state.ts';
import { useRunView } from '../state/run-view.ts';
import { useScreen } from '../state/screen-store.ts';
import { useItemRows } from './item-rows.ts';
import { LiveCurves } from './live-curves.tsx';
import { RawRows } from './raw-rows.tsx';
import { ReasonBanner } from './reason-banner.tsx';

/** Rows a page; more where every row is wanted. */
const pageSize = (artifact: ArtifactRef): number =>
  artifact.mediaType === Metrics.mediaType ? 5_000 : 50;
/** What a preview is given while there is no artifact yet, only text being written. */
const unfinished: ArtifactRef = { digest: '0'.repeat(64), mediaType: '', size: 0 };

function usePages(artifact: ArtifactRef | undefined) {
  return useInfiniteQuery({
    queryKey: ['artifact', artifact?.digest, artifact?.mediaType],
    enabled: artifact !== undefined,
    // Artifacts never change.
    staleTime: Infinity,
    initialPageParam: 0,
    queryFn: ({ pageParam, signal }) => {
      const read = artifact ?? unfinished;
      return api.artifacts.page.query(
        { artifact: read, offset: pageParam, limit: pageSize(read) },
        { signal },
      );
    },
    getNextPageParam: (last, pages) => {
      const loaded = pages.reduce((sum, page) => sum + page.rows.length, 0);
      return last.rows.length === 0 || loaded >= last.total ? undefined : loaded;
    },
  });
}

function openSource(source: Span): void {
  useScreen.getState().show({ source });
}

function OutputPreview(props: {
  readonly step: StepState;
  readonly artifact: ArtifactRef | undefined;
}) {
  const { step, artifact } = props;
  const node = useDocument((state) => state.graph.nodes[step.node]);
  const { data, error, isFetching, hasNextPage, fetchNextPage } = usePages(artifact);
  const rows = useMemo(() => data?.pages.flatMap((page) => page.rows) ?? [], [data]);
  const writes = step.status === 'running' && step.texts.size > 0;
  const items = useItemRows(step, writes);
  const streaming = useMemo(() => Object.fromEntries(step.texts), [step.texts]);
  const loadMore = useCallback(() => {
    if (hasNextPage && !isFetching) void fetchNextPage();
  }, [hasNextPage, isFetching, fetchNextPage]);
  if (error !== null) {
    return <p className="px-4 py-3 text-error">{problemsOf(error).map(problemText).join(' ')}</p>;
  }
  const Preview = previews[step.type] ?? RawRows;
  return (
    <Preview
      artifact={artifact ?? unfinished}
      rows={rows}
      total={data?.pages[0]?.total ?? artifact?.count ?? 0}
      loading={isFetching}
      loadMore={loadMore}
      params={node?.params ?? {}}
      openSpan={openSource}
      {...(writes ? { streaming, items } : {})}
    />
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
      <PortTabs ports={ports} current={port} choose={choose} />
      {trains ? <LiveCurves step={step} /> : null}
      {artifact !== undefined || writes ? (
        <OutputPreview key={artifact?.digest ?? 'writing'} step={step} artifact={artifact} />
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
