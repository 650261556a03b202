import { count } from '@graft/nodes/kit/ui';

/** `9 of 30 right`; undefined where there is nothing to compare. */
export function scoreText(score: {
  readonly right: number;
  readonly wrong: number;
}): string | undefined {
  const compared = score.right + score.wrong;
  return compared === 0 ? undefined : `${count(score.right)} of ${count(compared)} right`;
}
