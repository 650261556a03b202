import { GraphError } from '@graft/graph';

export function cancelled(): GraphError {
  return new GraphError('cancelled', 'The training was cancelled.');
}
