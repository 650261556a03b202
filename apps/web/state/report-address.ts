/** Where a run is downloaded as a page: see `server/report`. */
export function reportAddress(runId: string): string {
  return `/api/report?${new URLSearchParams({ run: runId }).toString()}`;
}
