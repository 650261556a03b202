import { expect, it } from 'vitest';
import { isVisible, requireNewGraphPath } from './graph-path.ts';

it.each(['CON', 'con', 'nul.v2', 'lib/aux', 'aux/lib', 'COM1', 'lpt9'])(
  'the name %s, which Windows keeps for a device, is refused with what to do',
  (name) => {
    expect(() => requireNewGraphPath(`${name}.graft.json`)).toThrow(
      expect.objectContaining({ code: 'bad-name', message: expect.stringContaining('Windows') }),
    );
  },
);

it.each(['console', 'com', 'com10', 'lib/nullable', 'my-aux'])('the name %s is taken', (name) => {
  expect(() => requireNewGraphPath(`${name}.graft.json`)).not.toThrow();
});

it.each([
  ...['~/x', '%2e%2e/x', 'a/%2E%2f', 'NODE_MODULES/x', `${'d/'.repeat(65)}x`],
  ...['~draft', '~root/x', '\uff5eroot/x', 'git~1/x', 'lib/GRAFT~1/x', 'lib/NODE_M~12'],
  ...['\u200c.git/x', 'a\u00adb', 'lib/\ufeffx', 'node_module\u017f/x', '\uff0egit/x'],
  ...['\uff0e\uff0e/x', 'a/\uff052e'],
])('the name %s, which something would read as another place, is refused', (name) => {
  expect(() => requireNewGraphPath(`${name}.graft.json`)).toThrow(
    expect.objectContaining({ code: 'bad-name' }),
  );
});

it.each([
  '100%',
  '50%20',
  'a~b',
  '~$x.docx',
  'نامه\u200cها',
  'lib/~draft',
  'versions~2',
  'note~x',
  `${'d/'.repeat(64)}x`,
])('the name %s is taken', (name) => {
  expect(() => requireNewGraphPath(`${name}.graft.json`)).not.toThrow();
});

it.each(['\u200c.git/x', 'lib/node_module\u017f/x', '\u200dnode_modules/x', '\uff0egit/x'])(
  'a file at %j, which a disk takes for a hidden one, is not visible',
  (path) => {
    expect(isVisible(path)).toBe(false);
  },
);
