import type { ModelRef, RunContext } from '@graft/graph';

/** Models of fewer parameters say yes and no by chance, and ask beside the point, as far as anybody has seen. */
const leastParameters = 1e9;

/** `a model of 135 million parameters`, where it is too small to judge or to ask; undefined where it is not, or nobody knows. */
export function tooSmall(ctx: RunContext, { id, weights, remote }: ModelRef): string | undefined {
  // Weights of the artifact's own, or elsewhere, have not been counted.
  const isListed = weights === undefined && remote === undefined;
  const parameters = isListed ? ctx.models.facts(id).parameters : undefined;
  return parameters === undefined || parameters >= leastParameters
    ? undefined
    : `a model of ${Math.max(1, Math.round(parameters / 1e6))} million parameters`;
}
