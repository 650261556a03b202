/** Apart from the port type, whose schema the page does not need to know metrics by. */
export const metricsMediaType = 'application/vnd.graft.metrics+jsonl';
