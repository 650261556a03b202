import { sameJson } from '../base/canonical-json.ts';
import { GraphError, type Location, type Problem } from '../base/errors.ts';
import { own } from '../base/record.ts';
import { type PlannedNode, type LoopBody, type PlannedLoop, plannedNodes } from '../format/plan.ts';
import type { Feed } from '../format/edge.ts';
import { sharedFacets, type Facets, type PortFacets } from '../types/facets.ts';
import { nodeFacets } from '../types/node-facets.ts';
import { shapedType } from '../types/shaped-type.ts';
import { stateNames } from '../types/structure-nodes.ts';
import { roundParam } from '../types/structure-names.ts';
import { namesParam, textParam } from '../types/structure-params.ts';
import { agedFacets } from './loop-round.ts';
import type { FlatNode, FlatGraph } from './flat-graph.ts';
import { flatten } from './flatten.ts';
import { parseParams, requirement } from './param-problems.ts';
import { placeOf, planNode } from './plan-node.ts';
import { ProblemReport } from './problem-report.ts';
import type { BodyDraft, BodyReader } from './read-body.ts';
import { openRound } from './scopes.ts';
import { maxExpanded, type GraphLibrary, type ResolveContext } from './graph-library.ts';
import { topologicalOrder } from './topological-order.ts';

/** Inputs of planning, and what it collects. */
interface Planning {
  readonly context: ResolveContext;
  readonly library: GraphLibrary;
  readonly reader: BodyReader;
  /** The graphs of loops before planning, by the loop's path. */
  readonly loops: Map<string, FlatGraph>;
  /** For each opened body, by key, the nodes left out. */
  readonly dropped: Map<string, ReadonlySet<string>>;
  /** The graph in which each planned node stands, by path. */
  readonly standing: Map<string, FlatGraph>;
  /** Remaining budget of nodes in rounds, and the limits given from outside. */
  room: number;
}

export interface PlanningOf {
  readonly planning: Planning;
  readonly report: ProblemReport;
  /** Product of the rounds of the surrounding loops. */
  readonly times: number;
  /** Known facets of a round's inputs, by `input` node. */
  readonly given?: ReadonlyMap<string, Facets>;
}

/** Most ids in the message of a cycle. */
const maxNamed = 20;

/** The nodes of a flat graph in topological order, without those that have problems and those on or below a cycle. */
export function planNodes(flat: FlatGraph, how: PlanningOf): PlannedNode[] {
  const { planning, report, given } = how;
  const { order, cycles } = topologicalOrder(flat.ids, flat.edges);
  for (const cycle of cycles) reportCycle(cycle, flat, report);
  const outputFacets = new Map<string, PlannedNode['outputFacets']>();
  const nodes: PlannedNode[] = [];
  for (const id of order) {
    const node = flat.nodes.get(id);
    if (node?.params === undefined) continue;
    planning.standing.set(id, flat);
    const known = {
      ...planning.context,
      outputFacets,
      placeOf: (path: string) => placeIn(path, planning),
    };
    const alone = planNode({ ...node, params: node.params }, known, report);
    const value = given?.get(id);
    const fed = value === undefined ? alone : { ...alone, outputFacets: { value } };
    const planned = node.use === undefined ? fed : planLoop({ ...node, use: node.use }, fed, how);
    outputFacets.set(id, planned.outputFacets);
    nodes.push(planned);
  }
  return nodes;
}

/** Where a node is written that was planned before, and its name for people. */
function placeIn(path: string, { standing }: Planning): { location: Location; name: string } {
  const flat = standing.get(path);
  return {
    location: flat?.locationOf(path) ?? { node: path },
    name: flat?.nameOf(path) ?? path,
  };
}

function reportCycle(cycle: readonly string[], flat: FlatGraph, report: ProblemReport): void {
  const [first = ''] = cycle;
  const named = cycle.slice(0, maxNamed).map((id) => flat.nameOf(id));
  if (cycle.length > maxNamed) named.push(`(${cycle.length - maxNamed} more)`);
  named.push(flat.nameOf(first));
  report.add(
    'cycle',
    `These nodes form a cycle: ${named.join(' → ')}. Remove one of the connections between them.`,
    flat.locationOf(first) ?? { node: first },
  );
}

type LoopNode = FlatNode & Required<Pick<FlatNode, 'use'>>;

/**
 * The node type that gathers a loop's collected rows: an input `rows` of many edges, an output `rows`, a parameter
 * `type`.
 */
const gatherType = 'gather-rows';

/** Rounds within which the facets of the state must stabilize. */
const maxSettling = 10;

/** A `repeat` node with its plannable rounds, and the facets of its outputs. */
function planLoop(flat: LoopNode, planned: PlannedNode, how: PlanningOf): PlannedNode {
  const body = how.planning.reader.readUse(flat.use.scope.body, flat.use.node);
  if (body === undefined) return planned;
  return new LoopPlanning({ flat, planned, body }, how).planned();
}

interface PlannedRound {
  readonly body: LoopBody;
  /** Facets of its outputs. */
  readonly facets: PortFacets;
}

class LoopPlanning {
  readonly #flat: LoopNode;
  readonly #node: PlannedNode;
  readonly #body: BodyDraft;
  readonly #how: PlanningOf;
  readonly #limit: number;
  readonly #state: readonly string[];
  readonly #numbered: boolean;
  readonly #rounds: PlannedRound[] = [];
  /** Known facets of the next round's inputs. */
  #given: PortFacets;

  constructor(
    loop: { readonly flat: LoopNode; readonly planned: PlannedNode; readonly body: BodyDraft },
    how: PlanningOf,
  ) {
    this.#flat = loop.flat;
    this.#node = loop.planned;
    this.#body = loop.body;
    this.#how = how;
    this.#limit = Number(loop.planned.params['limit']);
    this.#state = stateNames(loop.planned.definition);
    this.#given = loop.planned.inputFacets;
    this.#numbered = Object.hasOwn(loop.body.at.body.expose ?? {}, roundParam);
  }

  planned(): PlannedNode {
    this.#checkRounds();
    if (!this.#planUntilSettled()) return this.#node;
    const [first] = this.#rounds;
    if (first === undefined) return this.#node;
    const gather = this.#gather();
    const outputFacets: Record<string, Facets> = {};
    for (const name of Object.keys(this.#node.definition.outputs)) {
      const collected = own(gather, name);
      outputFacets[name] =
        collected?.outputFacets['rows'] ??
        sharedFacets(this.#rounds.map(({ facets }) => own(facets, name) ?? {}));
    }
    const ending = textParam(this.#node.params, 'while');
    const loop: PlannedLoop = {
      path: this.#flat.id,
      limit: this.#limit,
      state: this.#state,
      ...(ending === '' ? {} : { while: ending }),
      numbered: this.#numbered,
      template: first.body,
      body: (round) => this.#bodyOf(round),
      gather,
    };
    return { ...this.#node, outputFacets, loop };
  }

  /** Plans rounds until the facets of the state repeat. False: too large. */
  #planUntilSettled(): boolean {
    const { report } = this.#how;
    for (let round = 1; round <= this.#limit; round++) {
      const before = this.#given;
      const isFirst = round === 1;
      const at = isFirst ? report : new ProblemReport({});
      if (!this.#plan(round, at)) return false;
      if (!isFirst) {
        this.#addNew(at.problems);
        for (const { message, location } of at.warnings) report.warn(message, location);
      }
      if (sameJson(this.#given, before)) return true;
      if (round < maxSettling) continue;
      const changing = this.#state.find(
        (name) => !sameJson(own(before, name), own(this.#given, name)),
      );
      const message = `Each round passes on another kind of "${changing ?? ''}", so Graft cannot check the rounds. Let every round pass on the same kind.`;
      report.add('facet-mismatch', message, {
        ...this.#flat.location,
        ...(changing === undefined ? {} : { port: changing }),
      });
      return true;
    }
    return true;
  }

  /** Problems that appear only in a later round. */
  #addNew(problems: readonly Problem[]): void {
    const { report } = this.#how;
    for (const { code, message, location } of problems) {
      const known = report.problems.some(
        (problem) => problem.message === message && problem.location.path === location.path,
      );
      if (!known) report.add(code, message, location);
    }
  }

  /** Plans the next round. False, and reported: it is too large. */
  #plan(round: number, report: ProblemReport): boolean {
    const { planning, times } = this.#how;
    const { library, reader, context } = planning;
    const prefix = `${this.#flat.id}/`;
    const scopes = openRound(this.#body, { prefix, parent: this.#flat.use, round }, reader.readUse);
    const fed = Object.keys(this.#node.inputs).filter((name) => this.#node.inputs[name]?.length);
    const flat = flatten(scopes, {
      library,
      report,
      given: new Set(fed),
      seed: context.seed,
    });
    const ports = scopes[0]?.ports.input;
    const inputs: Record<string, string> = {};
    const given = new Map<string, Facets>();
    for (const name of fed) {
      const id = ports?.get(name);
      if (id === undefined) continue;
      inputs[name] = `${prefix}${id}`;
      given.set(`${prefix}${id}`, own(this.#given, name) ?? {});
    }
    const rounds = this.#limit * times;
    if (round === 1) {
      for (const { body, dropped } of scopes) planning.dropped.set(body.at.key, dropped);
      planning.loops.set(this.#flat.id, flat);
      // A round's inputs run outside. A round that only passes them on still counts.
      planning.room -= Math.max(1, flat.nodes.size - given.size) * rounds;
      if (planning.room < 0) {
        const message = `With all its rounds, the graph has more than ${maxExpanded} nodes, which is the limit. Allow fewer rounds.`;
        report.add('too-large', message, { ...this.#flat.location, param: 'limit' });
        return false;
      }
    }
    // Later rounds were counted with the first.
    const all = planNodes(flat, { planning, report, given, times: round === 1 ? rounds : 0 });
    const nodes = all.filter(({ id }) => !given.has(id));
    const outputs = this.#outputs(flat.outputs, report);
    const facets = facetsAt(all, outputs);
    this.#rounds.push({ body: { nodes, inputs, outputs, aliases: flat.aliases }, facets });
    const next = this.#state.map((name) => [name, own(facets, name) ?? {}] as const);
    this.#given = agedFacets({ ...this.#given, ...Object.fromEntries(next) }, prefix);
    return true;
  }

  /** The source of each output: exactly one. */
  #outputs(
    arriving: ReadonlyMap<string, { readonly feeds: readonly Feed[]; readonly broken: boolean }>,
    report: ProblemReport,
  ): Record<string, Feed> {
    const outputs: Record<string, Feed> = {};
    for (const [name, { feeds, broken }] of arriving) {
      const [feed] = feeds;
      if (feed !== undefined && feeds.length === 1) outputs[name] = feed;
      else if (!broken) {
        const message =
          feed === undefined
            ? 'Nothing arrives at this output of the graph. Its source is switched off, or is an input without a value.'
            : `This output of the graph takes one connection in a loop, but has ${feeds.length}. Keep one.`;
        report.add(feed === undefined ? 'missing-input' : 'too-many-edges', message, {
          ...this.#flat.location,
          port: name,
        });
      }
    }
    return outputs;
  }

  #bodyOf(round: number): LoopBody {
    while (this.#numbered && this.#rounds.length < round) {
      const { file } = this.#how.planning.context;
      const report = new ProblemReport(file === undefined ? {} : { file });
      const next = this.#rounds.length + 1;
      this.#plan(next, report);
      const [problem] = report.problems;
      if (problem !== undefined) {
        const message = `Round ${next} cannot be planned: ${problem.message}`;
        throw new GraphError(problem.code, message, { location: problem.location });
      }
      this.#requireSources(next);
    }
    const planned = this.#rounds[round - 1] ?? this.#rounds.at(-1);
    if (planned === undefined) throw new GraphError('internal', 'A loop has no rounds.');
    return planned.body;
  }

  /** The run resolved its sources when it began. */
  #requireSources(round: number): void {
    const template = new Map(
      [...plannedNodes(this.#rounds[0]?.body.nodes ?? [])].map((node) => [node.id, node.sources]),
    );
    for (const { id, sources } of plannedNodes(this.#rounds.at(-1)?.body.nodes ?? [])) {
      if (sameJson(sources, template.get(id))) continue;
      const message = `In round ${round}, "${id}" would read other files or models than in the first round. Files and models cannot depend on the round.`;
      throw new GraphError('bad-param', message, { location: this.#flat.location });
    }
  }

  /** Checks that the graph accepts the number of every round. */
  #checkRounds(): void {
    const { planning, report } = this.#how;
    if (!this.#numbered) return;
    const schema = planning.library.interfaceOf(this.#body.at)?.params.get(roundParam)?.schema;
    for (let round = 1; schema !== undefined && round <= this.#limit; round++) {
      const result = schema.safeParse(round);
      if (result.success) continue;
      const [issue] = result.error.issues;
      const why = issue === undefined ? 'is not allowed' : requirement(issue, round);
      const message = `The exposed parameter "${roundParam}" is set to the number of the round, but cannot be ${round}: it ${why}. Allow fewer rounds, or expose it under another name.`;
      report.add('bad-param', message, { ...this.#flat.location, param: 'limit' });
      return;
    }
  }

  #gather(): Record<string, PlannedNode> {
    const { planning, report } = this.#how;
    const { registry, models, file } = planning.context;
    const gather: Record<string, PlannedNode> = {};
    const known = registry.get(gatherType);
    for (const name of new Set(namesParam(this.#node.params, 'collect'))) {
      const type = own(this.#node.definition.outputs, name)?.type;
      // Reported at the place where it is written.
      if (type === undefined) continue;
      const written = { type: type.id };
      const definition = known === undefined ? undefined : shapedType(known, written);
      const params = definition && parseParams(definition, written).params;
      if (definition === undefined || params === undefined) {
        const message = `"${name}" cannot be collected: the node type "${gatherType}" is missing, or does not gather ${type.id}.`;
        report.add('unknown-type', message, { ...this.#flat.location, param: 'collect' });
        continue;
      }
      const incoming = { rows: this.#rounds.map(({ facets }) => own(facets, name) ?? {}) };
      const id = `${this.#flat.id}#collect/${name}`;
      const source = { id, definition, params, incoming };
      const { inputFacets, outputFacets } = nodeFacets(source, models);
      gather[name] = {
        ...{ id, definition, params },
        ...{ inputs: { rows: [] }, inputFacets, outputFacets, sources: [] },
        place: { ...(file === undefined ? {} : { file }), ...placeOf(this.#flat) },
      };
    }
    return gather;
  }
}

function facetsAt(
  nodes: readonly PlannedNode[],
  outputs: Readonly<Record<string, Feed>>,
): PortFacets {
  const byNode = new Map(nodes.map(({ id, outputFacets }) => [id, outputFacets]));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { node, port }]) => [
      name,
      own(byNode.get(node) ?? {}, port) ?? {},
    ]),
  );
}
