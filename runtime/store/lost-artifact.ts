import { GraphError } from '@graft/graph';

/** Whether reading failed because the artifact is gone or damaged, rather than out of reach for now. */
export const isLost = (error: unknown): boolean =>
  error instanceof GraphError && (error.code === 'store-damaged' || error.code === 'missing-file');
