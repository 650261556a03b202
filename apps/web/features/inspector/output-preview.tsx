import { metricMeanings, Metrics, type ArtifactRef, type Span } from '@graft/graph';
import { numberAt, placeOfRow, RawRows, type PreviewComponent } from '@graft/nodes/kit/ui';
import { useEffect, useMemo, useRef, type RefObject } from 'react';
import { isAsking } from '../../api/graphs/asked-link.ts';
import { problemsOf } from '../../api/problem.ts';
import { action, problemText, placeOf, type StepView, nodeTypes, previewType } from '@graft/view';
import { openMenu, giveRowMenus } from '../../kit/open-menu.ts';
import { useDocument, useRunView, useScreen } from '../../kit/stores.ts';
import { focusInspector } from './focus-inspector.ts';
import { useItemRows, useReadRow } from './output/read-rows.ts';
import { downloadFormats } from './output/download-formats.ts';
import { useFound } from './output/find-rows.ts';
import { fewRows, isFindable } from '../../kit/find/find-bar.tsx';
import { editWish, canFreeze, freeze } from './output/freeze.ts';
import { useEmbeddingMap } from './output/embedding-map.ts';
import { useHighlight } from '../../kit/find/highlight.ts';
import { OutputBar } from './output/output-bar.tsx';
import { useOnPaper } from './output/on-paper.ts';
import { useRowActions } from './output/row-actions.tsx';
import { useOutputReading, useReading } from './output/use-reading.ts';
import { inOrder, useRowOrder } from './output/row-order.ts';
import { useRowWindow } from './output/row-window.ts';
import { SortControl } from './output/sort-control.tsx';
import { useScrolledRow } from '../../kit/find/scroll-to-row.ts';
import { previews } from '@graft/nodes/previews';
import { useFollowedRows, useFollows } from './trace/use-traces.ts';
import { useAnswerStrip } from './trace/trace-strip.tsx';

/** What a preview is given while there is no artifact yet, only text being written. */
const unfinished: ArtifactRef = { digest: '0'.repeat(64), mediaType: '', size: 0 };

function openSource(span: Span): void {
  useScreen.getState().show({ source: { span } });
}

/** Shows a parameter of the node at a path. */
function openParam(path: string, param: string): void {
  action('showNode')(path, 'parameters');
  const [node] = useScreen.getState().selection;
  if (node !== undefined) focusInspector(node, 'parameters', param);
}

interface OutputPreviewProps {
  readonly step: StepView;
  readonly port: string | undefined;
  readonly artifact: ArtifactRef | undefined;
  /** Name under which sort, filter and search are kept, and questions followed; absent: not beyond the screen. */
  readonly keptAs?: string;
  /** Shows the node that made it, where that is another than the one that is looked at. */
  readonly showMaker?: (() => void) | undefined;
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

/** Shows the beginning of a list again once its rows stand in another order, just below the bar that stays above it. */
function useFromTheTop(list: RefObject<HTMLElement | null>, order: unknown): void {
  const known = useRef(order);
  useEffect(() => {
    if (known.current === order) return;
    known.current = order;
    const { current: element } = list;
    const bar = element?.previousElementSibling?.getBoundingClientRect();
    if (element === null || bar === undefined) return;
    if (element.getBoundingClientRect().top >= bar.bottom - 1) return;
    element.style.scrollMarginTop = `${String(bar.height)}px`;
    element.scrollIntoView();
  }, [order, list]);
}

/** How an output is drawn: see `previewType`. */
function previewOf(type: string, mediaType: string | undefined): PreviewComponent | undefined {
  return previews[previewType(nodeTypes(), type, mediaType)];
}

/** A page of an output in its node type's own view. Loaded when a first output is looked at, with every view. */
export function OutputPreview(props: OutputPreviewProps) {
  const { step, port, artifact, keptAs, showMaker } = props;
  const node = useDocument(({ graph }) => placeOf(graph, step.node)?.node);
  const params = useGivenParams(step);
  // Whoever only uses a graph changes nothing of it.
  const inApp = useScreen(({ view }) => view === 'app');
  const onCanvas = useScreen(({ view }) => view === 'canvas');
  const isPast = useRunView(({ past }) => past);
  const inCell = useScreen(({ view }) => view === 'notebook');
  const { reading, read } = useOutputReading(keptAs);
  const isFew = artifact?.count !== undefined && artifact.count <= fewRows;
  // Nobody could take back what was sought among more rows.
  const { order, text = '', only: filters = false } = isFew ? {} : reading;
  const setFilters = (only: boolean): void => read({ only });
  const list = useRef<HTMLDivElement>(null);
  const readRow = useReadRow(artifact);
  const ordering = useRowOrder(artifact, order, (by) => read({ order: by }));
  const follows = useFollows(step.node) && keptAs !== undefined;
  const followed = useFollowedRows(follows ? artifact : undefined);
  const all = useMemo(
    () => inOrder(followed.rows, ordering.numbers),
    [followed.rows, ordering.numbers],
  );
  const strip = useAnswerStrip(keptAs === undefined || inApp ? undefined : artifact);
  const searched = useFound(artifact, text);
  const matches = useMemo(() => searched && inOrder(searched.rows, all), [searched, all]);
  const found = searched && matches && { ...searched, rows: matches };
  const numbers = filters && found !== undefined ? found.rows : all;
  const shown = useOnPaper(useRowWindow(artifact, numbers), artifact, numbers);
  const { rows, first, total, loading, want, cut, error: unread } = shown;
  const whole = async (row: unknown, number: number): Promise<unknown> =>
    cut.has(number) ? ((await readRow(number)) ?? row) : row;
  const { corner, menu } = useRowActions(whole, artifact?.count ?? total);
  useEffect(() => {
    if (list.current === null) return;
    giveRowMenus(list.current, (number) => {
      const row = rows[(placeOfRow(numbers, number) ?? -1) - first];
      return [
        ...(row === undefined ? [] : menu(row, number)),
        ...(showMaker === undefined
          ? []
          : [{ id: 'show-maker', title: 'Show the source node', run: showMaker }]),
      ];
    });
  });
  useFromTheTop(list, all);
  const error = unread ?? ordering.error;
  const { went, goTo: mark, unmark } = useScrolledRow(list, text);
  useHighlight(list, text);
  const map = useEmbeddingMap(artifact, step.node);
  const byRow = artifact?.mediaType !== Metrics.mediaType;
  const goTo = (row: number): void => {
    const at = placeOfRow(numbers, row);
    if (at === undefined) {
      setFilters(false);
      useReading.getState().showPart(null);
    }
    const place = at ?? ordering.places?.placeOf(row) ?? row;
    // Of a table all rows are coming.
    if (byRow && (place < first || place >= first + rows.length)) want(place, place + 1);
    mark(row);
  };
  const { row: followedRow, isReady } = followed;
  const isSorted = ordering.order === undefined || ordering.numbers !== undefined;
  useEffect(() => {
    if (followedRow === undefined || !isReady || !isSorted) return undefined;
    // A question of another part than the one that is shown moves nothing.
    if (placeOfRow(all, followedRow) !== undefined) goTo(followedRow);
    // It is marked as long as it is followed.
    return unmark;
    // Not whenever rows come in.
  }, [followedRow, isReady, isSorted]);
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
      {artifact === undefined ||
      (inCell && isFew) ||
      downloadFormats(artifact).length === 0 ? null : (
        <OutputBar
          {...{ artifact, rows, text, found, goTo, byRow }}
          search={(typed) => read({ text: typed })}
          total={numbers === undefined ? total : (artifact.count ?? total)}
          part={all !== undefined && all.length < (artifact.count ?? 0) ? all.length : undefined}
          current={went?.row}
          wholeRows={() =>
            Promise.all(rows.map((row, at) => whole(row, numberAt(numbers, first + at))))
          }
          places={ordering.places}
          sort={byRow ? <SortControl {...ordering} /> : undefined}
          only={byRow ? { on: filters, set: setFilters } : undefined}
          name={[node?.title ?? step.node.replaceAll('/', '-'), port].join('-')}
          findable={isFindable(artifact, rows)}
          freeze={output === undefined ? undefined : () => void freeze(output)}
          edit={inApp ? undefined : editWish(node, output)}
        />
      )}
      <div
        ref={list}
        className="flex min-h-0 flex-col"
        onContextMenu={(event) => {
          const { target, clientX: x, clientY: y } = event;
          // Of words that are selected it is the browser's own: there people copy them.
          if (!(target instanceof Element) || getSelection()?.isCollapsed === false) return;
          if (target.closest('[data-row]') !== null && openMenu(target, { x, y }))
            event.preventDefault();
        }}
      >
        <Preview
          // In another order it is another list, and so it is of a part.
          key={JSON.stringify([ordering.numbers && ordering.order, followed.rows?.[0]])}
          {...shown}
          loading={loading || (numbers !== undefined && found?.searching === true)}
          readRow={readRow}
          {...(shown.onPaper ? {} : { rowActions: corner })}
          {...(shown.onPaper || strip === undefined ? {} : { rowFoot: strip })}
          {...(numbers === undefined ? {} : { numbers })}
          {...(went === undefined ? {} : { went })}
          artifact={artifact ?? unfinished}
          params={params}
          meanings={metricMeanings(nodeTypes(), step.type)}
          {...(isAsking() ? {} : { openSpan: openSource })}
          {...(onCanvas && !isPast && node !== undefined && !isAsking()
            ? { openParam: (param: string) => openParam(step.node, param) }
            : {})}
          {...(map === undefined ? {} : { map: { ...map, goTo } })}
          {...(writes ? { streaming, items, stopped: step.status !== 'running' } : {})}
        />
      </div>
    </>
  );
}
