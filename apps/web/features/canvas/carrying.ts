import type { Node as FlowNode, NodeChange } from '@xyflow/react';

/** Adds what stands in groups that move to changes of places. */
type Carry = (changes: readonly NodeChange[], nodes: readonly FlowNode[]) => readonly NodeChange[];

let carry: Carry = (changes) => changes;

/** What draws groups says what they carry: until there is one, nothing is carried. */
export function provideCarry(given: Carry): void {
  carry = given;
}

export const carried: Carry = (changes, nodes) => carry(changes, nodes);
