import { describe, expect, it } from 'vitest';
import { hubReferenceText, parseHubReference } from './hub-reference.ts';
import { missingModel } from './model-reference.ts';
import { modelEntrySchema } from './model.ts';

const commit = 'a'.repeat(40);

describe('the name of a model of a hub', () => {
  it.each([
    ['hf:o/r', { repo: 'o/r' }],
    ['hf:o/r:Q4_K_M', { repo: 'o/r', quant: 'Q4_K_M' }],
    ['hf:o/r@main', { repo: 'o/r', revision: 'main' }],
    ['hf:o/r@refs%2Fpr%2F1:q8', { repo: 'o/r', revision: 'refs%2Fpr%2F1', quant: 'q8' }],
    ['hf:o/r/sub/m.gguf', { repo: 'o/r', path: 'sub/m.gguf' }],
    [`hf:o/r-1.5_b@${commit}/m.gguf`, { repo: 'o/r-1.5_b', revision: commit, path: 'm.gguf' }],
  ])('%s has its parts, and is written again from them', (text, parts) => {
    const parsed = parseHubReference(text);
    expect(parsed).toEqual(parts);
    expect(parsed && hubReferenceText(parsed)).toBe(text);
  });

  it.each([
    ...['hf:', 'hf:r', 'hf:o/', 'hf:/r', 'hf:../r', 'hf:o/..', 'hf:o/r@', 'hf:o/r:', 'hf:o/r/'],
    ...['hf:o/r/../x', 'hf:o/r//x', 'hf:o/r/a\\b', 'hf:o/r@..', 'hf:o/r@%2e%2e', 'hf:o/r@a/../b'],
    ...['hf:o/r?x', 'hf:o/r#x', 'hf:o r', 'hf:o/r:a/b', 'hf:o/r:a:b', 'o/r', 'HF:o/r', 'hf:o/r\n'],
  ])('%j is none', (text) => {
    expect(parseHubReference(text)).toBeUndefined();
    expect(modelEntrySchema.shape.id.safeParse(text).success).toBe(false);
  });

  it('may be the id of a model', () => {
    expect(modelEntrySchema.shape.id.safeParse('hf:o/r:Q4_K_M').success).toBe(true);
  });

  it('says how to get a model that is not here', () => {
    expect(missingModel('m')).toContain('Choose another, or import it');
    expect(missingModel('hf:o/r')).toContain('graft models pull hf:o/r');
    expect(missingModel('hf:o')).toContain('is not the name of a model');
  });
});
