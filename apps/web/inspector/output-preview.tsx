import { metricMeanings, Metrics, type ArtifactRef, type Span } from '@graft/graph';
import { useEffect, useMemo, useRef, useState } from 'react';
import { problemsOf, problemText } from '../api/problem.ts';
import { CopyIcon } from '../shell/icons.tsx';
import { useDocument } from '../state/document-store.ts';
import { placeOf } from '../state/levels.ts';
import { nodeTypes } from '../state/registry.ts';
import type { StepView } from '../state/run-state.ts';
import { useRunView } from '../state/run-view.ts';
import { useScreen } from '../state/screen-store.ts';
import { useItemRows } from './item-rows.ts';
import { copyText, textOf } from './output/copy-rows.ts';
import { downloadFormats } from './output/download-formats.ts';
import { useFound } from './output/find-rows.ts';
import { isFindable } from './output/findable.ts';
import { editWish } from './output/edit-wish.ts';
import { useEmbeddingMap } from './output/embedding-map.ts';
import { canFreeze, freeze } from './output/freeze.ts';
import { reveal, useHighlight } from './output/highlight.ts';
import { OutputBar } from './output/output-bar.tsx';
import { previewOf } from './output/preview-of.ts';
import { useRowWindow } from './output/row-window.ts';
import { RowsBefore } from './output/rows-before.tsx';
import { RawRows } from './raw-rows.tsx';

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
  readonly step: StepView;
  readonly port: string | undefined;
  readonly artifact: ArtifactRef | undefined;
}

/** A node's parameters in the run that is shown, with what is left to its defaults. */
function useGivenParams({ node, type }: StepView): Readonly<Record<string, unknown>> {
  const now = useDocument(({ graph }) => placeOf(graph, node)?.node.params);
  const past = useRunView((state) => (state.past ? state.pastParams[node] : undefined));
  const given = past ?? now;
  return useMemo(() => {
    const parsed = nodeTypes()
      .get(type)
      ?.params.safeParse(given ?? {});
    return parsed?.success === true ? { ...parsed.data } : { ...given };
  }, [given, type]);
}

/** A page of an output in its node type's own view. Loaded when a first output is looked at, with every view. */
export function OutputPreview({ step, port, artifact }: OutputPreviewProps) {
  const node = useDocument(({ graph }) => placeOf(graph, step.node)?.node);
  const params = useGivenParams(step);
  // Whoever only uses a graph changes nothing of it.
  const inApp = useScreen(({ view }) => view === 'app');
  const [start, setStart] = useState(0);
  /** The row that was gone to last; a new object each time. */
  const [went, setWent] = useState<{ readonly row: number }>();
  const current = went?.row;
  const [text, search] = useState('');
  const list = useRef<HTMLDivElement>(null);
  const window = useRowWindow(artifact, start);
  const { rows, first, total, loading, loadMore, loadBefore, error } = window;
  const found = useFound(artifact, text);
  useHighlight(list, text);
  const map = useEmbeddingMap(artifact);
  const goTo = (row: number): void => {
    setWent({ row });
    // Of a table all rows are coming.
    if (artifact?.mediaType === Metrics.mediaType) return;
    if (row < first || row >= first + rows.length) setStart(row);
  };
  const shown = current !== undefined && current >= first && current < first + rows.length;
  useEffect(() => {
    const row = shown ? list.current?.querySelector(`[data-row="${String(current)}"]`) : null;
    if (row instanceof Element) reveal(row, text);
    // Only where one goes to a row, not while the text is typed.
  }, [shown, went]);
  // What was written before a run was cancelled is still worth reading.
  const writes = (step.status === 'running' || step.status === 'cancelled') && step.texts.size > 0;
  const items = useItemRows(step, writes);
  const streaming = useMemo(() => Object.fromEntries(step.texts), [step.texts]);
  if (error !== null) {
    return <p className="px-4 py-3 text-error">{problemsOf(error).map(problemText).join(' ')}</p>;
  }
  const output =
    !inApp && port !== undefined && artifact !== undefined && canFreeze(step.node, artifact)
      ? { node: step.node, port, artifact }
      : undefined;
  const Preview = previewOf(step.type, artifact?.mediaType) ?? RawRows;
  return (
    <>
      {artifact === undefined || downloadFormats(artifact).length === 0 ? null : (
        <OutputBar
          {...{ artifact, rows, total, text, search, found, current, goTo }}
          name={[node?.title ?? step.node.replaceAll('/', '-'), port].join('-')}
          findable={isFindable(artifact, rows)}
          byRow={artifact.mediaType !== Metrics.mediaType}
          freeze={output === undefined ? undefined : () => void freeze(output)}
          edit={inApp ? undefined : editWish(node, output)}
        />
      )}
      <div ref={list} className="flex min-h-0 flex-col">
        <RowsBefore {...{ first, loading, loadBefore }} />
        <Preview
          {...{ rows, total, loading, loadMore, first, rowActions }}
          {...(current === undefined ? {} : { current })}
          artifact={artifact ?? unfinished}
          params={params}
          meanings={metricMeanings(nodeTypes(), step.type)}
          openSpan={openSource}
          {...(map === undefined ? {} : { map: { ...map, goTo } })}
          {...(writes ? { streaming, items, stopped: step.status !== 'running' } : {})}
        />
      </div>
    </>
  );
}
