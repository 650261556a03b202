import { documentStore } from '@graft/view';
import { create } from 'zustand';

export type RunOrder = 'started' | 'time' | 'score';

/** Which runs the list shows, and in which order. It stays while other tabs are looked at. */
interface RunQuery {
  /** Runs of all files, not only of the open one. */
  readonly everywhere: boolean;
  readonly text: string;
  readonly order: RunOrder;
  readonly ascending: boolean;
  /** The score that the list and the chart show; undefined: the headline of each run. */
  readonly score: string | undefined;
  readonly chart: boolean;
}

export const useRunQuery = create<RunQuery>()(() => ({
  ...{ everywhere: false, text: '', order: 'started', ascending: false },
  ...{ score: undefined, chart: false },
}));

// Another file has other scores.
documentStore.subscribe(({ file }, before) => {
  if (file?.path !== before.file?.path) useRunQuery.setState({ score: undefined });
});

/** First greatest, latest, longest first; then the other way round. */
export function orderBy(order: RunOrder): void {
  const now = useRunQuery.getState();
  useRunQuery.setState({ order, ascending: now.order === order && !now.ascending });
}
