import type { ArtifactRef, RunEvent } from '@graft/graph';
import { TRPCError } from '@trpc/server';
import { AskedRun, type AskedGraph } from './asked-run.ts';

/** What every request of an asker gets that is for people with the server's token. */
export const closedToAskers =
  'This link is only for asking. Ask the person who sent it to you for access to anything else.';

/** Runs that a browser can come back to. */
const mostRuns = 500;
/** Browsers that are remembered. */
const mostAskers = 1_000;
/** Answers under way at a time for the link of one graph. */
const mostAtOnce = 8;

export const closed = (): TRPCError =>
  new TRPCError({ code: 'FORBIDDEN', message: closedToAskers });

/** A browser that opened an ask link: it reaches what it asked itself, and nothing else. */
export class Asker {
  readonly file: string;
  readonly key: string;
  readonly #runs = new Map<string, AskedGraph>();
  readonly #artifacts = new Map<string, ArtifactRef>();
  /** Whether an answer is under way. */
  isBusy = false;

  constructor(file: string, key: string) {
    this.file = file;
    this.key = key;
  }

  get hasAsked(): boolean {
    return this.#runs.size > 0;
  }

  began(runId: string, graph: AskedGraph): void {
    this.#runs.set(runId, graph);
    for (const [oldest] of this.#runs) {
      if (this.#runs.size <= mostRuns) break;
      this.#runs.delete(oldest);
    }
  }

  /** Throws for other graphs than that of its link. */
  requireFile(path: string): void {
    if (path !== this.file) throw closed();
  }

  /** Throws for runs that are not its own. */
  requireRun(runId: string): void {
    if (!this.#runs.has(runId)) throw closed();
  }

  /** The artifact as its run recorded it. Throws for artifacts that no answer to this asker showed. */
  requireArtifact({ digest }: ArtifactRef): ArtifactRef {
    const known = this.#artifacts.get(digest);
    if (known === undefined) throw closed();
    return known;
  }

  /** What the asker sees of its run's events, one after the other; undefined: nothing. */
  follow(runId: string): (event: RunEvent) => RunEvent | undefined {
    const graph = this.#runs.get(runId);
    if (graph === undefined) throw closed();
    const run = new AskedRun(runId, graph);
    return (event) => {
      const shown = run.shown(event);
      if (shown?.type === 'step.finished')
        for (const artifact of Object.values(shown.step.outputs))
          this.#artifacts.set(artifact.digest, artifact);
      return shown;
    };
  }
}

/** Who an ask link and a cookie name. */
export interface AskerName {
  readonly file: string;
  readonly id: string;
}

/** The browsers that asked by ask links. Kept in memory: a restarted server knows nothing that was asked before. */
export class Askers {
  readonly #askers = new Map<string, Asker>();

  /** Remembers nobody: a cookie that somebody made up takes the place of no browser that asked. */
  of({ file, id }: AskerName): Asker {
    const key = JSON.stringify([file, id]);
    const known = this.#askers.get(key);
    if (known === undefined) return new Asker(file, key);
    // The least recent one is dropped first.
    this.#askers.delete(key);
    this.#askers.set(key, known);
    return known;
  }

  /** The asker, busy until its turn ends. Throws while it waits for an answer, or too many others do. */
  takeTurn(name: AskerName): Asker {
    const asker = this.of(name);
    const busy = [...this.#askers.values()].filter(({ isBusy }) => isBusy);
    const message = asker.isBusy
      ? 'The answer before is still under way. Wait for it or stop it, then ask again.'
      : busy.filter(({ file }) => file === asker.file).length >= mostAtOnce
        ? 'Many people are asking now. Try again in a minute.'
        : undefined;
    if (message !== undefined) throw new TRPCError({ code: 'TOO_MANY_REQUESTS', message });
    asker.isBusy = true;
    this.#askers.set(asker.key, asker);
    return asker;
  }

  /** Keeps the run of an asker that has its turn. */
  began(asker: Asker, runId: string, graph: AskedGraph): void {
    asker.began(runId, graph);
    for (const [oldest, { isBusy }] of this.#askers) {
      if (this.#askers.size <= mostAskers) break;
      if (!isBusy) this.#askers.delete(oldest);
    }
  }

  endTurn(asker: Asker): void {
    asker.isBusy = false;
    if (!asker.hasAsked) this.#askers.delete(asker.key);
  }
}
