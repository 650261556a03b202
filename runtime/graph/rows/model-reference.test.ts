import { describe, expect, it } from 'vitest';
import {
  canonicalModelId,
  howToDelete,
  howToGet,
  missingModel,
  parseInstalledReference,
  shortModelName,
} from './model-reference.ts';
import { modelEntrySchema } from './model.ts';

const library = { host: 'registry.ollama.ai', namespace: 'library' };

describe('a reference to a model of another tool', () => {
  it.each([
    ['ollama:qwen3', { ...library, model: 'qwen3', tag: 'latest' }],
    ['ollama:qwen3:0.6b', { ...library, model: 'qwen3', tag: '0.6b' }],
    ['ollama:me/mine:v1', { ...library, namespace: 'me', model: 'mine', tag: 'v1' }],
    [
      'ollama:hf.co/bartowski/Qwen3-GGUF:Q4_K_M',
      { host: 'hf.co', namespace: 'bartowski', model: 'Qwen3-GGUF', tag: 'Q4_K_M' },
    ],
    [
      'ollama:localhost:5000/a/b:c',
      { host: 'localhost:5000', namespace: 'a', model: 'b', tag: 'c' },
    ],
  ])('%s is one of Ollama', (id, parts) => {
    expect(parseInstalledReference(id)).toEqual({ tool: 'ollama', ...parts });
  });

  it('is one of LM Studio by its path, or of llama.cpp by its address', () => {
    const path = 'owner/repo/model-Q4_K_M.gguf';
    expect(parseInstalledReference(`lmstudio:${path}`)).toEqual({ tool: 'lmstudio', path });
    const url = 'file:/home/anna/.cache/llama.cpp/m.gguf';
    expect(parseInstalledReference(url)).toEqual({ tool: 'file', url });
  });

  it.each([
    ...['ollama:', 'ollama:../x', 'ollama:a/../b', 'ollama:a:..', 'ollama:a/b/c/d', 'ollama:.x'],
    ...['ollama:a b', 'ollama:a:b:c', 'lmstudio:', 'lmstudio:../x.gguf', 'lmstudio:/x.gguf'],
    ...[
      'lmstudio:a/../../x.gguf',
      'lmstudio:a\\b.gguf',
      'file:m.gguf',
      'file:/etc/passwd',
      'qwen3',
    ],
  ])('%j is none', (id) => {
    expect(parseInstalledReference(id)).toBeUndefined();
  });

  it('has one id however it is written, and may stand where ids stand', () => {
    expect(canonicalModelId('ollama:qwen3:latest')).toBe('ollama:qwen3');
    expect(canonicalModelId('ollama:registry.ollama.ai/library/qwen3:4b')).toBe('ollama:qwen3:4b');
    expect(canonicalModelId('ollama:hf.co/library/x')).toBe('ollama:hf.co/library/x');
    expect(canonicalModelId('lmstudio:a/b/c.gguf')).toBe('lmstudio:a/b/c.gguf');
    const { id } = modelEntrySchema.shape;
    expect(id.safeParse('ollama:me/mine').success).toBe(true);
    expect(id.safeParse('ollama:../mine').success).toBe(false);
  });
});

it('says how to get or delete a model in the words of its tool', () => {
  expect(howToGet('ollama:qwen3:latest')).toBe('Get it with: ollama pull qwen3');
  expect(howToGet('lmstudio:a/b/c.gguf')).toContain('lms get https://huggingface.co/a/b');
  expect(howToGet('hf:a/b:Q8_0')).toBe('Download it with: graft models pull hf:a/b:Q8_0');
  expect(missingModel('ollama:qwen3')).toBe(
    'The model "ollama:qwen3" is not on this computer now. Get it with: ollama pull qwen3',
  );
  expect(missingModel('ollama:../x')).toContain('Write ollama:name or ollama:name:tag.');
  expect(missingModel('lmstudio:')).toContain('Write lmstudio:publisher/repo/file.gguf.');
  expect(howToDelete('ollama:qwen3:4b', '/x')).toBe('Delete it with: ollama rm qwen3:4b');
  expect(howToDelete('hf:a/b@c/d.gguf', '/x')).toBe('Delete it with: hf cache rm model/a/b');
});

it.each([
  ['SmolLM2-135M-Instruct', 'SmolLM2-135M-Instruct'],
  ['hf:Qwen/Qwen3-1.7B-GGUF:Q4_K_M', 'Qwen3-1.7B-GGUF:Q4_K_M'],
  ['hf:owner/repo@main/folder/model.gguf', 'model'],
  ['ollama:qwen3:0.6b', 'qwen3:0.6b'],
  ['ollama:localhost:5000/a/b:c', 'b:c'],
  ['lmstudio:somebody/tiny/tiny-Q4_1.gguf', 'tiny-Q4_1'],
  ['file:/home/ada/tiny.gguf', 'tiny'],
])('%s is %s in short', (id, short) => {
  expect(shortModelName(id)).toBe(short);
});
