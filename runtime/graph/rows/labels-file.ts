/** Whether a path below the workspace can be that of a file of labels; no pattern of several is one. */
export function isLabelsFile(path: string): boolean {
  return /^[^*?[\]{}|]*[^/*?[\]{}|]\.labels\.jsonl$/.test(path);
}
