import { groupOfKey, keysOf, type Graph } from '@graft/graph';
import type { Card } from './arrange.ts';
import { drawnFrame } from './viewport.ts';

/** The cards and notes of a graph where they are drawn; groups lie behind them. */
export function drawnFrames(graph: Graph): readonly Card[] {
  return keysOf(graph).flatMap((key): Card[] => {
    const frame = groupOfKey(key) === undefined ? drawnFrame(key) : undefined;
    return frame === undefined ? [] : [{ id: key, ...frame }];
  });
}
