import type { NodeType } from '@graft/graph';

/**
 * The class of device that a node's result comes from. `auto` is a class of its own: which device a backend
 * then takes is known only once it has loaded, and a key is needed before.
 */
export function deviceClass({ device: needs }: NodeType, device: string): Promise<string> {
  if (needs.needs === 'cpu') return Promise.resolve('cpu');
  return Promise.resolve(device.split(':')[0] ?? device);
}
