import {
  Comparison,
  metricMeanings,
  Metrics,
  structureOf,
  type GraphNode,
  type Note,
  type Registry,
  type StepSummary,
} from '@graft/graph';
import {
  cellHead,
  cellSections,
  changedParams,
  listed,
  previewType,
  proseOrder,
  ranBecause,
  type ReportCell,
  type ReportGroup,
  type ReportOutput,
  type RunState,
  stepParams,
  stepsInOrder,
  type StepView,
  type Unfinished,
  usedGraph,
} from '@graft/view';
import type { RanBody, RanGraphs } from './ran-graphs.ts';
import { cutTexts, spread } from './output-rows.ts';

/** Nodes within graphs and loops that a report has at most. */
const mostInside = 400;
/** Parts of what a result depends on: a step may read thousands of files. Of a node within another fewer, since these are many. */
const mostParts = { outside: 60, inside: 20 };

/** Of outputs with names of metrics, which say what these mean. */
const ofMetrics: ReadonlySet<string> = new Set([Metrics.mediaType, Comparison.mediaType]);

/** Parts of a key that are parameters. */
const ofParam = 'param.';

/** Rows of metrics, and texts, of a step that was ended. */
const mostPoints = 2_000;
const mostTexts = 100;

/** What a run was and came to. */
export interface Ran {
  readonly run: RunState;
  /** By node. */
  readonly summaries: ReadonlyMap<string, StepSummary>;
  readonly registry: Registry;
  /** Absent: no longer kept. */
  readonly graphs: RanGraphs | undefined;
}

interface Cells {
  /** At the head of the page. */
  readonly prose?: readonly string[];
  readonly cells: readonly ReportCell[];
  /** Nodes that are left out. */
  readonly leftOut: number;
}

/** The nodes of a run as cells, each below what feeds it; without its graph, its steps in the order in which they ran. */
export function reportCells(ran: Ran): Cells {
  const writer = new CellWriter(ran);
  const { graphs, run } = ran;
  const cells =
    graphs === undefined
      ? stepsInOrder(run).map(({ node, type }) => writer.cell(node, { type, params: {} }))
      : writer.body(graphs.root, '');
  const head = graphs === undefined ? {} : proseAtHead(graphs.root);
  return { ...head, cells, leftOut: writer.leftOut };
}

type Reads = NonNullable<ReportCell['reads']>;
type Authored = Pick<GraphNode, 'type' | 'title' | 'params' | 'bypass'>;

class CellWriter {
  readonly #ran: Ran;
  #inside = 0;
  leftOut = 0;

  constructor(ran: Ran) {
    this.#ran = ran;
  }

  /** The nodes of a graph; `prefix` stands before their ids in the run. */
  body(at: RanBody, prefix: string): ReportCell[] {
    const { before } = proseOrder(at.body);
    return cellSections(at.body).flatMap(({ title, ids }) =>
      ids.flatMap((id) => {
        const node = at.body.nodes[id];
        if (node === undefined) return [];
        if (prefix !== '' && ++this.#inside > mostInside) {
          this.leftOut += 1;
          return [];
        }
        const path = prefix + id;
        return [
          {
            ...proseIn(before.get(id)),
            ...(title === undefined ? {} : { section: title }),
            ...this.cell(path, node),
            reads: this.#readsOf(id, at.body, prefix),
            inside: this.#insideOf(path, node, at),
          },
        ];
      }),
    );
  }

  #readsOf(id: string, { nodes, edges }: RanBody['body'], prefix: string): Reads {
    const { registry } = this.#ran;
    const own = edges.filter(({ target }) => target === id);
    return [...new Set(own.map(({ targetPort }) => targetPort))].map((port) => {
      const sources = own.filter(({ targetPort }) => targetPort === port);
      return {
        port,
        from: [...new Set(sources.map(({ source }) => source))].map((source) => {
          const node = nodes[source];
          const title = node && cellHead(source, node, registry.get(node.type)).title;
          return { path: prefix + source, title: title ?? source };
        }),
      };
    });
  }

  cell(path: string, node: Authored): ReportCell {
    const { run, summaries, registry } = this.#ran;
    const view = run.steps.get(path) ?? run.shown.get(path);
    const definition = registry.get(node.type);
    const id = path.split('/').at(-1) ?? path;
    const reason = view && ranBecause(view, definition);
    const summary = summaries.get(path);
    const params = cutTexts(
      // A use of its graph, or the run, may have set others.
      changedParams({ ...node.params, ...stepParams(summary ?? {}) }, definition),
    ).value;
    const parts = (summary?.parts ?? []).filter(
      ({ name }) => !name.startsWith(ofParam) || Object.hasOwn(params, name.slice(ofParam.length)),
    );
    const most = path === id ? mostParts.outside : mostParts.inside;
    return {
      ...{ path, type: node.type, ...cellHead(id, node, definition) },
      ...(definition === undefined ? {} : { doc: definition.doc }),
      params,
      ...(view === undefined ? {} : { step: stepOf(view) }),
      ...(reason === undefined ? {} : { reason }),
      outputs: view === undefined ? [] : this.#outputs(view, node),
      ...(view === undefined ? {} : unfinishedOf(view)),
      parts: parts.slice(0, most),
      moreParts: Math.max(0, parts.length - most),
      inside: [],
    };
  }

  #insideOf(path: string, node: Authored, from: RanBody): ReportGroup[] {
    const { run, graphs } = this.#ran;
    const use = usedGraph(node);
    const inner = use === undefined ? undefined : graphs?.used(use, from);
    if (inner === undefined || node.bypass === true) return [];
    const rounds = run.rounds.get(path)?.count ?? 0;
    const groups: ReportGroup[] =
      structureOf(node.type) === 'repeat'
        ? Array.from({ length: rounds }, (_, at) => ({
            round: at + 1,
            ...(at === 0 ? proseAtHead(inner) : {}),
            cells: this.body(inner, `${path}#${String(at + 1)}/`),
          }))
        : [{ ...proseAtHead(inner), cells: this.body(inner, `${path}/`) }];
    return groups.filter(({ cells }) => cells.length > 0);
  }

  #outputs(view: StepView, node: Authored): ReportOutput[] {
    const { run, summaries, registry } = this.#ran;
    return Object.entries(view.outputs).map(([port, artifact]) => {
      const feed = view.feeds?.[port];
      const maker = feed === undefined ? view : (run.steps.get(feed.node) ?? view);
      const own = feed === undefined ? node.params : {};
      const given = { ...own, ...stepParams(summaries.get(maker.node) ?? {}) };
      const parsed = registry.get(maker.type)?.params.safeParse(given);
      return {
        ...{ port, artifact, view: previewType(registry, maker.type, artifact.mediaType) },
        params: cutTexts(parsed?.success === true ? { ...parsed.data } : given).value,
        ...(ofMetrics.has(artifact.mediaType)
          ? { meanings: metricMeanings(registry, maker.type) }
          : {}),
        ...(feed === undefined ? {} : { madeBy: feed.node }),
      };
    });
  }
}

type Prose = Pick<ReportCell, 'prose'>;

/** Notes about no node of a graph. */
export const proseAtHead = ({ body }: RanBody): Prose => proseIn(proseOrder(body).head);

function proseIn(notes: readonly (readonly [string, Note])[] = []): Prose {
  const texts = notes.map(([, { text }]) => cutTexts(text).value);
  return texts.length === 0 ? {} : { prose: texts };
}

/** What a step had written or measured that gave nothing. */
function unfinishedOf(view: StepView): { readonly unfinished?: Unfinished } {
  if (Object.keys(view.outputs).length > 0 || view.feeds !== undefined) return {};
  const texts = Object.fromEntries([...view.texts].slice(0, mostTexts));
  const metrics = spread(listed(view.metrics), mostPoints);
  if (view.texts.size === 0 && metrics.length === 0) return {};
  return { unfinished: { view: view.type, metrics, texts: cutTexts(texts).value } };
}

function stepOf(view: StepView): NonNullable<ReportCell['step']> {
  const { outputs: _outputs, feeds: _feeds, logs: _logs, reason: _reason, ...rest } = view;
  const { metrics: _metrics, texts: _texts, ...step } = rest;
  return step;
}
