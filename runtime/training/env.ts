import path from 'node:path';

/** Data that tests read where it lies: `GRAFT_TEST_DATA`, else beside the checkout. */
export function testDataFolder(): string {
  return process.env['GRAFT_TEST_DATA'] ?? path.join(import.meta.dirname, '../../../shared/data');
}

/** Names a Vulkan driver to the loader, unless the user has chosen one. Before anything touches Vulkan. */
export function preferVulkanDriver(file: string): void {
  process.env['VK_DRIVER_FILES'] ??= file;
}
