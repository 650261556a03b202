import { Adapter, Index, Metrics, Model, type StepSummary } from '@graft/graph';
import type { Workspace } from '@graft/workspace';
import type { ClaimCost } from './claim-file.ts';
import { readMetrics } from './record-experiment.ts';

const keptTypes: readonly string[] = [Adapter, Index, Model].map(({ mediaType }) => mediaType);

/** What steps took when they were computed, be it in an earlier run. */
export class StepCosts {
  readonly #computed: ReadonlyMap<string, StepSummary>;
  readonly #workspace: Workspace;

  private constructor(workspace: Workspace, computed: ReadonlyMap<string, StepSummary>) {
    this.#workspace = workspace;
    this.#computed = computed;
  }

  static async of(workspace: Workspace, file: string): Promise<StepCosts> {
    const computed = new Map<string, StepSummary>();
    const runs = await workspace.runs.list({ file, limit: 10_000 });
    // The newest first, whose steps stand.
    for (const { id } of runs) {
      for (const step of await workspace.runs.steps(id)) {
        if (step.status !== 'succeeded' || step.cacheKey === undefined) continue;
        if (!computed.has(step.cacheKey)) computed.set(step.cacheKey, step);
      }
    }
    return new StepCosts(workspace, computed);
  }

  /** Seconds of all steps that some runs are made of, each once. */
  seconds(runs: readonly (readonly StepSummary[])[]): number {
    const keys = new Set(runs.flat().flatMap(({ cacheKey }) => cacheKey ?? []));
    const ms = [...keys].reduce((sum, key) => sum + (this.#computed.get(key)?.ms ?? 0), 0);
    return Math.round(ms / 1000);
  }

  /** A cost with what its nodes took: of every step that one of them was, each once. */
  async of(
    runs: readonly (readonly StepSummary[])[],
    { nodes, way, brings }: ClaimCost,
  ): Promise<ClaimCost> {
    let [ms, kept, memory] = [0, 0, 0];
    let trained: number | undefined;
    for (const node of nodes) {
      const keys = new Set(
        runs.flat().flatMap((step) => (step.node === node ? (step.cacheKey ?? []) : [])),
      );
      const steps = [...keys].flatMap((key) => this.#computed.get(key) ?? []);
      if (steps.length === 0) throw new Error(`No run has computed "${node}".`);
      ms += steps.reduce((sum, step) => sum + step.ms, 0) / steps.length;
      memory = Math.max(memory, ...steps.map((step) => step.memory ?? 0));
      kept += Object.values(steps[0]?.outputs ?? {})
        .filter(({ mediaType }) => keptTypes.includes(mediaType))
        .reduce((sum, { size }) => sum + size, 0);
      trained ??= await this.#trainedShare(steps[0]);
    }
    return {
      nodes,
      ...(way === undefined ? {} : { way }),
      ...(brings === undefined ? {} : { brings }),
      seconds: Math.round(ms / 100) / 10,
      ...(memory === 0 ? {} : { memory }),
      ...(trained === undefined ? {} : { trained }),
      ...(kept === 0 ? {} : { kept }),
    };
  }

  async #trainedShare(step: StepSummary | undefined): Promise<number | undefined> {
    for (const ref of Object.values(step?.outputs ?? {})) {
      if (ref.mediaType !== Metrics.mediaType) continue;
      const rows = await readMetrics(this.#workspace, ref);
      const percent = rows.find(({ series }) => series === 'summary')?.values['trainable %'];
      if (percent !== undefined) return percent / 100;
    }
    return undefined;
  }
}
