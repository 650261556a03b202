import type { GraphError } from '@graft/graph';
import type { ToTrainer } from './trainer-protocol.ts';

/** A process that serves as trainer (`serveTrainer`), with typed arrays kept over its channel. */
export interface TrainerProcess {
  send(message: ToTrainer): void;
  /** Ends it at once, whatever it is doing. */
  kill(): void;
  /** Settles when it has ended. */
  readonly exited: Promise<unknown>;
}

/** Starts one. `exit` says how it ended as an error: `worker-died` or `out-of-memory`. */
export type StartTrainer = (events: {
  message(raw: unknown): void;
  exit(error: GraphError): void;
}) => TrainerProcess;
