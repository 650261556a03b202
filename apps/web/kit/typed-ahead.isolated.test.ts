import { beforeEach, expect, it, vi } from 'vitest';
import { closeOverlays } from '@graft/view';
import { useOverlay, useScreen } from './stores.ts';
import { awaitAsked, awaitField, pressKept, typeAhead } from './typed-ahead.ts';

/** What `act` promises is waited for before the next key. */
const pressed = vi.hoisted((): { keys: string; act: (key: string) => unknown } => ({
  keys: '',
  act: () => undefined,
}));
vi.mock('./press-key.ts', () => ({
  pressKey: (key: string) => {
    // As the page hears it.
    if (typeAhead({ key, ctrlKey: false, metaKey: false, altKey: false, isTrusted: false }))
      return Promise.reject(new Error(`${key} was kept again.`));
    pressed.keys += key.length === 1 ? key : `<${key}>`;
    return Promise.resolve(pressed.act(key));
  },
}));

/** As far as elements are asked what they are. */
class Field {
  matches(): boolean {
    return true;
  }
}
let page = new EventTarget();
let frames: (() => void)[] = [];
const runFrames = (count: number): void => {
  for (let left = count; left > 0; left--) frames.splice(0).forEach((act) => act());
};
const type = (text: string): readonly boolean[] => [...text].map((key) => press(key));
const press = (key: string, ctrlKey = false): boolean =>
  typeAhead({ key, ctrlKey, metaKey: false, altKey: false, isTrusted: true });
/** The field that was asked for gets the focus. */
const focus = (): void => {
  const event = new Event('focusin');
  Object.defineProperty(event, 'target', { value: new Field() });
  page.dispatchEvent(event);
};

beforeEach(() => {
  pressed.keys = '';
  pressed.act = () => undefined;
  page = new EventTarget();
  frames = [];
  vi.stubGlobal('document', page);
  vi.stubGlobal('Element', Field);
  vi.stubGlobal('requestAnimationFrame', (act: () => void) => frames.push(act));
  vi.stubGlobal('cancelAnimationFrame', () => undefined);
  const stop = awaitAsked();
  return () => {
    stop();
    closeOverlays();
    useOverlay.getState().show({ renamingNode: null, renamingFile: null });
    useScreen.getState().show({ commandMenu: false });
    vi.unstubAllGlobals();
  };
});

const { show } = useOverlay.getState();
const asks: Readonly<Record<string, () => void>> = {
  'the title of a node': () => show({ renamingNode: 'chunk' }),
  'the name of a file': () => show({ renamingFile: 'a.graft.json' }),
  'the name of a new graph': () => show({ nameQuestion: { kind: 'new' } }),
  'what to connect': () => show({ connecting: { node: 'chunk' } }),
  'a model': () =>
    show({ modelQuestion: { kind: undefined, current: '', choose: () => undefined } }),
  'a file': () => show({ fileQuestion: { folder: '', choose: () => undefined } }),
  'a context menu': () => show({ menu: { target: { kind: 'canvas' }, at: { x: 0, y: 0 } } }),
  'a label': () => show({ labelling: 'generate' }),
  'a command': () => useScreen.getState().show({ commandMenu: true }),
  'what a command writes in that has to be fetched': awaitField,
};

it.each(Object.entries(asks))(
  'keeps every key from the one that asks for %s on',
  async (_, ask) => {
    expect(press('a')).toBe(false);
    ask();
    expect(type('Cut small')).not.toContain(false);
    expect(press('Enter')).toBe(true);
    expect(pressed.keys).toBe('');
    focus();
    // Before they have been pressed, others come after them.
    press('!');
    await expect.poll(() => pressed.keys).toBe('Cut small<Enter>!');
    await expect.poll(() => press('a')).toBe(false);
  },
);

it('gives what comes after a command to the field that the command asks for', async () => {
  useScreen.getState().show({ commandMenu: true });
  type('new');
  press('Enter');
  type('mine');
  pressed.act = (key) => {
    if (key !== 'Enter') return;
    useScreen.getState().show({ commandMenu: false });
    show({ nameQuestion: { kind: 'new' } });
  };
  focus();
  await expect.poll(() => pressed.keys).toBe('new<Enter>');
  expect(press('!')).toBe(true);
  focus();
  await expect.poll(() => pressed.keys).toBe('new<Enter>mine!');
});

it('presses one key after the other, in the field that was asked for last', async () => {
  const ends: (() => void)[] = [];
  pressed.act = (key) => {
    if (key === 'Enter') {
      show({ nameQuestion: { kind: 'new' } });
      focus();
    }
    return new Promise<void>((resolve) => ends.push(resolve));
  };
  show({ renamingNode: 'chunk' });
  press('Enter');
  type('ab');
  focus();
  await expect.poll(() => pressed.keys).toBe('<Enter>a');
  ends[0]?.();
  await new Promise((resolve) => setImmediate(resolve));
  expect(pressed.keys).toBe('<Enter>a');
  ends[1]?.();
  await expect.poll(() => pressed.keys).toBe('<Enter>ab');
});

it('presses the first key as soon as the field has the focus', async () => {
  show({ renamingNode: 'chunk' });
  type('a');
  focus();
  await Promise.resolve();
  expect(pressed.keys).toBe('a');
});

it('leaves keys that are held with another to commands', () => {
  show({ renamingNode: 'chunk' });
  expect(press('s', true)).toBe(false);
  expect(press('Delete')).toBe(false);
});

it.each<[string, () => void]>([
  ['is put away', () => show({ renamingNode: null })],
  ['does not come', () => runFrames(301)],
  ['is left by a press elsewhere', () => void page.dispatchEvent(new Event('pointerdown'))],
])('keeps no more keys once what was asked for %s', async (_, end) => {
  show({ renamingNode: 'chunk' });
  type('lost');
  end();
  expect(press('a')).toBe(false);
  await pressKept();
  expect(pressed.keys).toBe('');
});
