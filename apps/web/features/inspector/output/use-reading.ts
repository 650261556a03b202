import { readingStore, type OutputReading } from '@graft/view';
import { useState } from 'react';
import { bound } from '../../../kit/stores.ts';

/** How the outputs of the open file are read. It comes with the first output that is looked at. */
export const useReading = bound(readingStore);

const asItIs: OutputReading = {};

interface Reading {
  readonly reading: OutputReading;
  readonly read: (change: OutputReading) => void;
}

/** How an output is read: kept under a name while the person moves from node to node; without one, as long as it is on the screen. */
export function useOutputReading(name: string | undefined): Reading {
  const [own, setOwn] = useState(asItIs);
  const kept = useReading(({ outputs }) =>
    name !== undefined && Object.hasOwn(outputs, name) ? outputs[name] : undefined,
  );
  if (name === undefined) {
    return { reading: own, read: (change) => setOwn((now) => ({ ...now, ...change })) };
  }
  return {
    reading: kept ?? asItIs,
    read: (change) => useReading.getState().read(name, change),
  };
}
