import {
  GraphError,
  parseMetricName,
  type ArtifactStore,
  type EvidenceTable,
  type ExperimentEvent,
  type Registry,
  type RunStore,
} from '@graft/graph';
import { experimentTable, type TablePlan } from './experiment-table.ts';
import { failedItems } from './failed-items.ts';
import type { Dropped } from './race-runs.ts';
import { AnswerTokens, countSteps, readMetrics, type VariantResult } from './variant-result.ts';

const eventPage = 500;

export interface RecordedParts {
  readonly runs: RunStore;
  readonly artifacts: ArtifactStore;
  readonly registry: Registry;
}

/**
 * The table of a run of an experiment, of any process: that of its last event, or, while it runs or where it was cut
 * off, of what its variants have given so far. Throws `bad-input` for what is no such run.
 */
export async function recordedTable(parts: RecordedParts, runId: string): Promise<EvidenceTable> {
  const { runs, artifacts } = parts;
  const record = await runs.get(runId);
  const events = record?.experiment === undefined ? [] : await allEvents(runs, runId);
  const last = events.at(-1);
  if (last?.type === 'experiment.finished') return last.table;
  const started = events.find((event) => event.type === 'experiment.started');
  if (started?.type !== 'experiment.started') {
    throw new GraphError('bad-input', `There is no experiment run ${runId}.`);
  }
  const metrics = started.metrics.flatMap((text) => parseMetricName(text) ?? []);
  const answers = new AnswerTokens(artifacts);
  const results: VariantResult[] = [];
  const dropped: Dropped[] = [];
  for (const event of events) {
    if (event.type === 'race.looked') {
      dropped.push(...event.dropped.map((drop) => ({ ...drop, look: event.look })));
    }
    if (event.type !== 'variant.finished') continue;
    const { variant, seed, look, status, run, steps, error } = event;
    const recorded = await runs.steps(run);
    const { ms, memory } = countSteps(recorded);
    const rows = await readMetrics(artifacts, recorded, metrics);
    const failed = await failedItems(parts, recorded, metrics);
    const tokens = await answers.of(recorded);
    results.push({
      ...{ variant, seed, status, rows, failed, ms, steps },
      ...(look === undefined ? {} : { look }),
      ...(tokens === undefined ? {} : { tokens }),
      ...(memory === undefined ? {} : { memory }),
      ...(error === undefined ? {} : { error }),
    });
  }
  const isRunning = record?.status === 'running';
  return experimentTable({ ...planOf(started, metrics), isRunning }, results, dropped);
}

function planOf(
  started: Extract<ExperimentEvent, { type: 'experiment.started' }>,
  metrics: TablePlan['metrics'],
): TablePlan {
  const variants = started.variants.map(({ name, settings, problem }) => ({
    ...{ name, settings, problems: problem === undefined ? [] : [problem] },
  }));
  const sound = variants.filter(({ problems }) => problems.length === 0).length;
  const { baseline, lower = [], prefer, race, runs } = started;
  const seeds = { length: Math.round(runs / (race?.looks ?? 1) / Math.max(1, sound)) };
  return {
    ...{ baseline, metrics, lower, seeds, variants },
    ...(prefer === undefined ? {} : { prefer }),
    ...(race === undefined ? {} : { race }),
  };
}

async function allEvents(runs: RunStore, runId: string): Promise<ExperimentEvent[]> {
  const events: ExperimentEvent[] = [];
  for (;;) {
    const page = await runs.experimentEvents(runId, events.at(-1)?.seq ?? 0, eventPage);
    events.push(...page);
    if (page.length < eventPage) return events;
  }
}
