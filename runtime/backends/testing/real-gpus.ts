import type { Device } from '@graft/graph';
import { probeDevices } from '../probe/devices.ts';

/** The cards of this machine; what the CPU plays is none. */
export async function realGpus(): Promise<readonly Device[]> {
  const { devices } = await probeDevices();
  return devices.filter((device) => device.class !== 'cpu' && !device.software);
}

/** The first card that is used in one of these ways. */
export function gpuOf(
  gpus: readonly Device[],
  ...classes: readonly Device['class'][]
): Device | undefined {
  return gpus.find((gpu) => classes.includes(gpu.class));
}
