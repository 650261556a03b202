/** A physical device. `id` is `cpu`, `webgpu`, `cuda:0`, `vulkan:0`, `metal`. */
export interface Device {
  readonly id: string;
  readonly class: 'cpu' | 'webgpu' | 'cuda' | 'vulkan' | 'metal';
  readonly name: string;
  /** Bytes; undefined where the driver does not tell. */
  readonly memory?: number;
  /** Rendered by the CPU (llvmpipe, SwiftShader). */
  readonly software: boolean;
}

/** A disposable claim on a device's memory. */
export interface Lease extends Disposable {
  readonly device: Device;
  readonly bytes: number;
}
