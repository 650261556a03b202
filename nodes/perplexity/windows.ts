import type { TrainingExample } from '@graft/graph';

/**
 * A text in windows of at most `window` tokens, `stride` apart, in which each token counts once: in the first window
 * that holds it. The first token of a window has nothing before it to be predicted from. Windows in which nothing
 * counts are left out.
 */
export function windows(
  { id, tokens, trained }: TrainingExample,
  { window, stride }: { readonly window: number; readonly stride: number },
): TrainingExample[] {
  const all: TrainingExample[] = [];
  for (let start = 0, counted = 0; counted < tokens.length; start += stride) {
    const end = Math.min(start + window, tokens.length);
    const from = Math.max(counted, start + 1);
    const flags = trained.slice(start, end).map((flag, at) => (start + at < from ? 0 : flag));
    if (flags.includes(1)) {
      all.push({ id: `${id}@${start}`, tokens: tokens.slice(start, end), trained: flags });
    }
    counted = end;
  }
  return all;
}
