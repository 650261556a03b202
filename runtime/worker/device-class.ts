import type { NodeType } from '@graft/graph';

/**
 * The class of device that a node's result comes from. `auto` counts as the CPU until a device is chosen by
 * id: a key must not change with what a machine happens to have.
 */
export function deviceClass({ device: needs }: NodeType, device: string): Promise<string> {
  if (needs.needs === 'cpu' || device === 'auto') return Promise.resolve('cpu');
  return Promise.resolve(device.split(':')[0] ?? device);
}
