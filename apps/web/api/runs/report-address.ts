/** Where a run is downloaded as a page, or in Markdown: see `server/report`. */
export function reportAddress(runId: string, format: 'html' | 'md' = 'html'): string {
  const query = { run: runId, ...(format === 'html' ? {} : { format }) };
  return `api/report?${new URLSearchParams(query).toString()}`;
}
