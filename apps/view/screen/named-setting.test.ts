import { expect, it } from 'vitest';
import { namedSetting } from './named-setting.ts';

it.each([
  ['The secret OPENAI is not set. Add the line GRAFT_SECRET_OPENAI=… to ~/x', 'keys', 'OPENAI'],
  ['… the line GRAFT_ENDPOINTS="EVIL@https://evil.example" in ~/x', 'keys', undefined],
  ['a private one: set HF_TOKEN to a token', 'keys', undefined],
  ['This machine has no device webgpu. GRAFT_DEVICE, in ~/x, chooses it.', 'machine', undefined],
])('leads from "%s" to the settings', (message, tab, secret) => {
  expect(namedSetting(message)).toEqual(secret === undefined ? { tab } : { tab, secret });
});

it('leads nowhere from a message that names no setting', () => {
  expect(namedSetting('The server answered 500.')).toBeUndefined();
});
