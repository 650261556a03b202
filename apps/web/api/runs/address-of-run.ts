import { documentStore } from '@graft/view';

/** The address at which a run of the open file is looked at. */
export function addressOfRun(runId: string): URL {
  const { file } = documentStore.getState();
  const url = new URL(location.pathname, location.href);
  if (file !== null) url.searchParams.set('graph', file.path);
  url.searchParams.set('run', runId);
  return url;
}
