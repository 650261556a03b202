import { useStore, create } from 'zustand';
import { documentStore } from '@graft/view';

/** Files that this browser runs when their sources change. */
const key = 'graft.run-on-change';

function stored(): readonly string[] {
  try {
    const paths: unknown = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(paths) ? paths.filter((path) => typeof path === 'string') : [];
  } catch {
    return [];
  }
}

/** Whether files run when their sources change. A setting of this browser, not of the graph, which others share. */
export const useRunOnChange = create<{ readonly paths: readonly string[] }>()(() => ({
  paths: stored(),
}));

/** Whether the open file runs when its sources change. */
export function useOpenRunsOnChange(): boolean {
  const path = useStore(documentStore, (state) => state.file?.path);
  return useRunOnChange(({ paths }) => path !== undefined && paths.includes(path));
}

export function runsOnChange(path: string): boolean {
  // Another tab may have changed it.
  return stored().includes(path);
}

export function setRunsOnChange(path: string, on: boolean): void {
  const others = stored().filter((other) => other !== path);
  const paths = on ? [...others, path].slice(-100) : others;
  localStorage.setItem(key, JSON.stringify(paths));
  useRunOnChange.setState({ paths });
}
