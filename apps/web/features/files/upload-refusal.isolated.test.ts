import { expect, it, vi } from 'vitest';
import { UploadRefused } from '../../api/send-files.ts';
import { uploadRefusal } from './upload-refusal.ts';

vi.mock('../../api/client.ts', () => ({ api: {} }));

const message = 'A name cannot contain "<". Remove it.';
const refused = (code: string): UploadRefused =>
  new UploadRefused(message, [{ code, message, audience: 'user', location: { file: 'n/<.md' } }]);

it('names the file whose name cannot be, where there are several', () => {
  expect(uploadRefusal(refused('bad-name'), true)).toBe(`n/<.md: ${message}`);
  expect(uploadRefusal(refused('bad-name'), false)).toBe(message);
  expect(uploadRefusal(refused('no-space'), true)).toBe(message);
  expect(uploadRefusal(new Error('Broken.'), true)).toBe('Broken.');
});
