import { sameJson } from '@graft/graph';
import { useState } from 'react';

/**
 * What is typed into a field, for as long as it stands for the field's value: afterwards, as once the value was undone, undefined. `read` says
 * what a text stands for.
 */
export function useTyped(
  value: unknown,
  read: (text: string) => unknown,
): readonly [typed: string | undefined, type: (text: string | undefined) => void] {
  const [typed, type] = useState<string>();
  const holds = typed !== undefined && sameJson(read(typed), value);
  return [holds ? typed : undefined, type];
}
