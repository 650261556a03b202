import type { RunEvent } from '@graft/graph';
import { LiveView } from './live-view.ts';
import { PlainView } from './plain-view.ts';

/** Shows a run as it goes, on standard error. */
export interface ProgressView {
  show(event: RunEvent): void;
  /** Leaves the cursor on a line of its own. */
  close(): void;
}

/** Bars on a terminal, plain lines otherwise. */
export function progressView(stream: NodeJS.WriteStream): ProgressView {
  return stream.isTTY ? new LiveView(stream) : new PlainView(stream);
}
