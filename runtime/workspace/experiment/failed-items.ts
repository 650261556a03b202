import { portTypeOf, readRows } from '@graft/engine';
import {
  loopType,
  questionOfRow,
  type ArtifactRef,
  type ArtifactStore,
  type MetricName,
  type Registry,
  type StepSummary,
} from '@graft/graph';
import { metricLabels } from './variant-result.ts';

interface FailedItemsParts {
  readonly artifacts: ArtifactStore;
  readonly registry: Registry;
}

/**
 * Ids of the items that failed in a run on the way to its metrics, by the names of `metricLabels`; a metric of which none
 * did is not there. Only what a step has left out, and said to have failed, counts: rows that a node gives nothing for
 * are no failures.
 */
export async function failedItems(
  parts: FailedItemsParts,
  steps: readonly StepSummary[],
  metrics: readonly MetricName[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  if (!steps.some(hasFailed)) return {};
  const given = new GivenRows(steps);
  const labels = metricLabels(metrics);
  const known = new Map<StepSummary, readonly string[]>();
  const failed: [string, readonly string[]][] = [];
  for (const [at, output] of metrics.entries()) {
    const items = new Set<string>();
    for (const step of stepsOfItems(given, output, parts.registry)) {
      if (!hasFailed(step)) continue;
      const left = known.get(step) ?? (await leftOut(parts, step, given));
      known.set(step, left);
      for (const item of left) items.add(item);
    }
    if (items.size > 0) failed.push([labels[at] ?? '', [...items]]);
  }
  return Object.fromEntries(failed);
}

const hasFailed = ({ items }: StepSummary): boolean => (items?.failed ?? 0) > 0;

/** Which step of a run gave what. */
class GivenRows {
  readonly #steps: readonly StepSummary[];
  readonly #byDigest = new Map<
    string,
    { readonly step: StepSummary; readonly ref: ArtifactRef }[]
  >();

  constructor(steps: readonly StepSummary[]) {
    this.#steps = steps;
    for (const step of steps) {
      // What a loop gives has been given by a step of a round.
      if (step.type === loopType) continue;
      for (const ref of Object.values(step.outputs)) {
        this.#byDigest.set(ref.digest, [...this.by(ref.digest), { step, ref }]);
      }
    }
  }

  by(digest: string): readonly { readonly step: StepSummary; readonly ref: ArtifactRef }[] {
    return this.#byDigest.get(digest) ?? [];
  }

  /** The steps that gave an output. */
  at({ node, port }: MetricName): readonly StepSummary[] {
    const ref = this.#steps.find((step) => step.node === node)?.outputs[port];
    return ref === undefined ? [] : this.by(ref.digest).map(({ step }) => step);
  }
}

/** The steps whose rows are of the items of an output: what gave it, and those above that give rows of items one by one. */
function stepsOfItems(
  given: GivenRows,
  output: MetricName,
  registry: Registry,
): ReadonlySet<StepSummary> {
  const found = new Set(given.at(output));
  // A Set's iteration reaches what is added on the way.
  for (const step of found) {
    for (const port of itemPorts(step, registry)) {
      for (const digest of inputDigests(step, port)) {
        for (const { step: above } of given.by(digest)) found.add(above);
      }
    }
  }
  return found;
}

function itemPorts({ type }: StepSummary, registry: Registry): readonly string[] {
  const { items, outputs = {} } = registry.get(type) ?? {};
  if (items !== undefined) return typeof items.over === 'string' ? [items.over] : [];
  return [...new Set(Object.values(outputs).flatMap(({ itemsOf = [] }) => itemsOf))];
}

function inputDigests({ parts = [] }: StepSummary, port: string): readonly string[] {
  return parts.find(({ name }) => name === `input.${port}`)?.value.split(' ') ?? [];
}

/** Questions of the rows that a step of map type was given, and gave nothing for. */
async function leftOut(
  { artifacts, registry }: FailedItemsParts,
  step: StepSummary,
  given: GivenRows,
): Promise<readonly string[]> {
  const taken = itemPorts(step, registry).flatMap((port) =>
    inputDigests(step, port).flatMap((digest) => given.by(digest)[0]?.ref ?? []),
  );
  const questions = await questionsOf(artifacts, taken);
  const answered = await questionsOf(artifacts, Object.values(step.outputs));
  return [...questions].filter((question) => !answered.has(question));
}

async function questionsOf(
  artifacts: ArtifactStore,
  refs: readonly ArtifactRef[],
): Promise<Set<string>> {
  const questions = new Set<string>();
  for (const ref of refs) {
    if (!(await artifacts.has(ref.digest))) continue;
    for await (const row of readRows(artifacts, ref, portTypeOf(ref))) {
      const question = questionOfRow(row);
      if (question !== undefined) questions.add(question);
    }
  }
  return questions;
}
