/** Whether a path below the workspace may name a labels file; a pattern of several files may not. */
export function isLabelsFile(path: string): boolean {
  return /^[^*?[\]{}|]*[^/*?[\]{}|]\.labels\.jsonl$/.test(path);
}
