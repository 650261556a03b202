import { GraphError } from '@graft/graph';
import { readdir, stat } from 'node:fs/promises';
import path from 'node:path';
import type { Adapter } from '../adapters/adapter.ts';
import { readGgufAdapter } from '../adapters/gguf-adapter.ts';
import { readPeftAdapter } from '../adapters/peft.ts';
import type { ModelConfig } from '../architectures/model-config.ts';

/** A PEFT folder, one of its two files, or a GGUF adapter, alone or as the only one in a folder. */
export async function readAdapter(location: string, base: ModelConfig): Promise<Adapter> {
  const refuse = (reason: string): GraphError =>
    new GraphError('bad-input', `${location} ${reason}`, { location: { file: location } });
  const found = await stat(location).catch(() => undefined);
  if (found === undefined) {
    throw new GraphError('missing-file', `${location} does not exist`, {
      location: { file: location },
    });
  }
  if (!found.isDirectory()) {
    if (location.endsWith('.gguf')) return readGgufAdapter(location, base);
    if (location.endsWith('.safetensors') || location.endsWith('adapter_config.json')) {
      return readAdapter(path.dirname(location), base);
    }
    throw refuse('is not an adapter; choose a PEFT folder or a .gguf file');
  }
  const names = await readdir(location);
  if (names.includes('adapter_config.json')) {
    if (names.includes('adapter_model.safetensors')) return readPeftAdapter(location);
    throw refuse(
      names.includes('adapter_model.bin')
        ? 'has its weights as adapter_model.bin, which can run code when it is read; save it as safetensors'
        : 'lacks adapter_model.safetensors',
    );
  }
  const files = names.filter((name) => name.endsWith('.gguf'));
  const [only] = files;
  if (only !== undefined && files.length === 1) {
    return readGgufAdapter(path.join(location, only), base);
  }
  throw refuse(
    files.length > 1
      ? `has ${files.length} GGUF files; choose one of them`
      : 'has no adapter: neither adapter_config.json nor a .gguf file',
  );
}
