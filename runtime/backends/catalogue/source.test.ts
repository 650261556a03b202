import { describe, expect, it } from 'vitest';
import { parseSource } from './source.ts';

const hub = 'https://hub.example/';

describe('sources of model files', () => {
  it.each([
    [
      'hf:owner/repo@main/onnx/model q4.onnx',
      {
        kind: 'url',
        url: 'https://hub.example/owner/repo/resolve/main/onnx/model%20q4.onnx',
      },
    ],
    [
      'npm:@scope/pkg@1.2.3/a/b.bin',
      { kind: 'package', pieces: [{ manager: 'npm', spec: '@scope/pkg@1.2.3', path: 'a/b.bin' }] },
    ],
    [
      'npm:pkg@1.2.3/b.bin',
      { kind: 'package', pieces: [{ manager: 'npm', spec: 'pkg@1.2.3', path: 'b.bin' }] },
    ],
    [
      'pip:pkg==0.1/p/b.gguf',
      { kind: 'package', pieces: [{ manager: 'pip', spec: 'pkg==0.1', path: 'p/b.gguf' }] },
    ],
    [
      `pip:pkg==0.1#sha256=${'a'.repeat(64)}/p/b.gguf`,
      {
        kind: 'package',
        pieces: [{ manager: 'pip', spec: 'pkg==0.1', path: 'p/b.gguf', archive: 'a'.repeat(64) }],
      },
    ],
    [
      'pip:one==1/a.0 + pip:two==1/a.1',
      {
        kind: 'package',
        pieces: [
          { manager: 'pip', spec: 'one==1', path: 'a.0' },
          { manager: 'pip', spec: 'two==1', path: 'a.1' },
        ],
      },
    ],
    ['https://example.org/x', { kind: 'url', url: 'https://example.org/x' }],
    ['file:/a/b%20c', { kind: 'file', path: '/a/b c' }],
    ['file:///C:/a', { kind: 'file', path: 'C:/a' }],
  ])('%s', (source, expected) => {
    expect(parseSource(source, hub)).toEqual(expected);
  });

  it.each([
    'hf:owner/repo/path',
    'npm:pkg/path',
    'ftp://x',
    'pip:pkg/path',
    'pip:a==1 --x/p',
    'pip:a==1/p + x',
    '',
  ])('refuses %j', (source) => {
    expect(() => parseSource(source, hub)).toThrow(/is not a model source/);
  });
});
