import { expect, it } from 'vitest';
import { typedReference } from './typed-reference.ts';

it.each([
  ['hf:Qwen/Qwen3-1.7B-GGUF', 'hf:Qwen/Qwen3-1.7B-GGUF'],
  ['hf:o/r@v1:Q8_0', 'hf:o/r@v1:Q8_0'],
  [' Qwen/Qwen3-1.7B-GGUF:Q4_K_M ', 'hf:Qwen/Qwen3-1.7B-GGUF:Q4_K_M'],
  ['https://huggingface.co/o/r', 'hf:o/r'],
  ['https://hf.co/o/r/', 'hf:o/r'],
  ['https://huggingface.co/o/r/tree/main', 'hf:o/r'],
  ['https://huggingface.co/o/r/tree/refs%2Fpr%2F1', 'hf:o/r@refs%2Fpr%2F1'],
  ['https://huggingface.co/o/r/blob/main/sub/m-Q4_0.gguf', 'hf:o/r/sub/m-Q4_0.gguf'],
  ['https://huggingface.co/o/r/resolve/v2/m.gguf?download=true', 'hf:o/r@v2/m.gguf'],
  ['https://huggingface.co/o/r?show_file_info=m-Q8_0.gguf', 'hf:o/r/m-Q8_0.gguf'],
])('takes %j for the name %s', (text, name) => {
  expect(typedReference(text)).toBe(name);
});

it.each([
  ...['', 'qwen', 'small model', 'hf:', 'hf:owner', 'https://huggingface.co/models'],
  ...['https://example.com/o/r', 'https://huggingface.co/%zz/r', '/home/me/model.gguf', 'a/b c'],
])('searches for %j', (text) => {
  expect(typedReference(text)).toBeUndefined();
});
