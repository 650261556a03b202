import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

/** Where Vulkan's loader looks for drivers on Linux. */
const folders = ['/usr/share/vulkan/icd.d', '/usr/local/share/vulkan/icd.d', '/etc/vulkan/icd.d'];

/** Software drivers bundled with browsers; the loader does not know them. */
const bundled = [
  '/usr/lib/chromium/vk_swiftshader_icd.json',
  '/usr/lib/chromium-browser/vk_swiftshader_icd.json',
  '/opt/google/chrome/vk_swiftshader_icd.json',
];

/**
 * Driver manifests to try, first those in `VK_DRIVER_FILES`. A device may still refuse one: old versions of Mesa's
 * llvmpipe lack what WebGPU needs.
 */
function vulkanDrivers(env: Readonly<Record<string, string | undefined>>): string[] {
  const named = (env['VK_DRIVER_FILES'] ?? env['VK_ICD_FILENAMES'] ?? '').split(':');
  const installed = folders.flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder).map((name) => join(folder, name)) : [],
  );
  const all = [...named, ...installed, ...bundled];
  return [...new Set(all)].filter((path) => path.endsWith('.json') && existsSync(path));
}

/** Drivers that need no GPU: Mesa's lavapipe and SwiftShader. */
export function softwareVulkanDrivers(env: Readonly<Record<string, string | undefined>>): string[] {
  return vulkanDrivers(env).filter((path) => /lvp_icd|swiftshader/.test(path));
}

/** Names of GPUs that the CPU emulates: far slower than computing on the CPU itself. */
const software = /llvmpipe|lavapipe|swiftshader|software|basic render/i;

export function isSoftwareDevice(name: string): boolean {
  return software.test(name);
}
