import path from 'node:path';

/** A file of `GRAFT_TEST_DATA`, else of the folder beside the checkout; tests do without it where it is missing, and say so. */
export function testData(name: string): string {
  const folder =
    process.env['GRAFT_TEST_DATA'] ?? path.join(import.meta.dirname, '../../../../shared/data');
  return path.join(folder, name);
}

/**
 * Has llama.cpp compute in 32-bit floats on Vulkan, and take a processor as a device, which it leaves aside unless
 * told to look. Before anything touches Vulkan.
 */
export function floatVulkanForLlamaCpp(): void {
  for (const part of ['F16', 'BFLOAT16', 'INTEGER_DOT_PRODUCT', 'DOT2', 'COOPMAT', 'COOPMAT2']) {
    process.env[`GGML_VK_DISABLE_${part}`] = '1';
  }
  process.env['GGML_VK_VISIBLE_DEVICES'] ??= '0';
}

/** Names a Vulkan driver to the loader, unless the user has chosen one. Before anything touches Vulkan. */
export function preferVulkanDriver(file: string): void {
  process.env['VK_DRIVER_FILES'] ??= file;
}
