import {
  expandExperiment,
  type EvidenceTable,
  type ExperimentEvent,
  type ExperimentPlan,
  type Graph,
} from '@graft/graph';
import type { GraphPlanner, PlanAgainst } from '../runs/graph-planner.ts';
import type { GraphRuns } from '../runs/graph-runs.ts';
import { keepOrigin } from '../runs/run-origin.ts';
import type { ExperimentHandle, ExperimentRuns } from './experiment-runs.ts';
import { recordedTable, type RecordedParts } from './recorded-table.ts';

/** Which experiment of a file to run, and how. */
export interface ExperimentOptions {
  readonly name: string;
  readonly device?: string;
  /** As `StartOptions.locked`, of every variant. */
  readonly locked?: boolean;
}

export interface ExperimentsParts extends RecordedParts, PlanAgainst {
  readonly planner: GraphPlanner;
  readonly graphRuns: GraphRuns;
  readonly experimentRuns: ExperimentRuns;
}

/** The experiments that graph files declare. */
export class Experiments {
  readonly #parts: ExperimentsParts;

  constructor(parts: ExperimentsParts) {
    this.#parts = parts;
  }

  /** The variants of an experiment. Throws as `expandExperiment` does. */
  async plan(graph: Graph, file: string, name: string): Promise<ExperimentPlan> {
    const { registry, models, planner } = this.#parts;
    const { graphs } = await planner.read(graph, file);
    return expandExperiment(graph, name, { registry, models, file, graphs });
  }

  /** Runs all variants in one pool; steps that they share run once. */
  async start(
    graph: Graph,
    file: string,
    { name, device: named, locked = false }: ExperimentOptions,
  ): Promise<ExperimentHandle> {
    const { planner, graphRuns, experimentRuns, artifacts } = this.#parts;
    const plan = await this.plan(graph, file, name);
    const device = await graphRuns.prepare(named);
    const references = await planner.references(graph, file);
    const origin = await keepOrigin(artifacts, { graph, references, set: {} });
    return experimentRuns.start(plan, { file, device, origin }, async (variant, options) => {
      const { parent: _parent, scope: _scope, ...which } = options.origin;
      const set = { experiment: name, ...which, share: options.part?.share };
      return graphRuns.startRecorded(variant, file, { ...options, locked, set });
    });
  }

  /** Recorded events of a run of an experiment after `seq`, then live ones, until it has finished or `signal` aborts. */
  events(runId: string, after: number, signal: AbortSignal): AsyncIterable<ExperimentEvent> {
    return this.#parts.experimentRuns.events(runId, after, signal);
  }

  /** The table of a run of an experiment, by whichever process, from the results so far. */
  table(runId: string): Promise<EvidenceTable> {
    return recordedTable(this.#parts, runId);
  }
}
