import { runView } from '@graft/view';

/** Where a run is downloaded as a page, or in Markdown: see `server/report`. */
export function reportAddress(runId: string, format: 'html' | 'md' = 'html'): string {
  const query = { run: runId, ...(format === 'html' ? {} : { format }) };
  return `api/report?${new URLSearchParams(query).toString()}`;
}

/** Downloads a run as a page, or in Markdown. */
export function downloadRun(runId: string, format?: 'html' | 'md'): void {
  const link = document.createElement('a');
  link.href = reportAddress(runId, format);
  link.download = '';
  link.click();
}

/** Downloads the run on the screen as a page. */
export function exportRun(): void {
  const { run } = runView.getState();
  if (run !== null) downloadRun(run.runId);
}
