import type { RunQuery, RunRecord, RunStore } from '@graft/graph';
import { RepeatedLook } from './repeated-look.ts';

/** Milliseconds: runs of other processes show only in the database. */
const times = { quiet: 0, longest: 0, every: 1_500 } as const;
/** Runs searched for those that go on. */
const newestLooked = 50;

/** A file of which a run goes on, or a run of one of its experiments. */
export interface RunningFile {
  readonly file: string;
  readonly experiment: boolean;
}

type List = (query: RunQuery) => Promise<readonly RunRecord[]>;

/** Tells of runs and how they end, whichever process runs them. All listeners share one look at the database. */
export class ChangedRuns {
  readonly #runs: Pick<RunStore, 'list'>;
  readonly #looks = new Set<(list: List) => Promise<void>>();
  #shared: RepeatedLook | undefined;

  constructor(runs: Pick<RunStore, 'list'>) {
    this.#runs = runs;
  }

  /** Tells of a file's newest run and of its newest experiment, at once and when there is a newer one or its status changes. */
  newest(file: string, changed: (run: RunRecord) => void): () => void {
    const known = new Map<string, string>();
    return this.#follow(async (list, isStopped) => {
      for (const kind of ['graph', 'experiment'] as const) {
        const [run] = await list({ file, parent: null, kind, limit: 1 });
        const seen = run === undefined ? '' : `${run.id} ${run.status}`;
        if (run !== undefined && seen !== known.get(kind) && !isStopped()) changed(run);
        known.set(kind, seen);
      }
    });
  }

  /** Tells of the other files that have runs going on, newest first, at once and when these are others. */
  elsewhere(open: string | null, changed: (files: readonly RunningFile[]) => void): () => void {
    let known: string | undefined;
    return this.#follow(async (list, isStopped) => {
      const files = new Map<string, RunningFile>();
      for (const run of await list({ parent: null, limit: newestLooked })) {
        const { file, status, experiment } = run;
        const goesOn = status === 'running' || status === 'queued';
        if (file === open || files.has(file) || !goesOn) continue;
        files.set(file, { file, experiment: experiment !== undefined });
      }
      const running = [...files.values()];
      const seen = JSON.stringify(running);
      if (seen !== known && !isStopped()) changed(running);
      known = seen;
    });
  }

  close(): void {
    this.#looks.clear();
    this.#shared?.[Symbol.dispose]();
    this.#shared = undefined;
  }

  #follow(look: (list: List, isStopped: () => boolean) => Promise<void>): () => void {
    const own = (list: List): Promise<void> => look(list, () => !this.#looks.has(own));
    this.#looks.add(own);
    if (this.#shared === undefined) this.#shared = new RepeatedLook(() => this.#look(), times);
    else this.#shared.hint();
    return () => {
      this.#looks.delete(own);
      if (this.#looks.size === 0) this.close();
    };
  }

  async #look(): Promise<void> {
    const asked = new Map<string, Promise<readonly RunRecord[]>>();
    const list: List = (query) => {
      const key = JSON.stringify(query);
      const answer = asked.get(key) ?? this.#runs.list(query);
      asked.set(key, answer);
      return answer;
    };
    await Promise.all([...this.#looks].map((look) => look(list).catch(() => undefined)));
  }
}
