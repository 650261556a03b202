import { beforeEach, expect, it, vi } from 'vitest';
import { sendFiles, UploadRefused, uploadRefusal } from './send-files.ts';

const served = vi.hoisted(() => ({ limit: (): Promise<number> => Promise.resolve(0) }));
vi.mock('./client.ts', () => ({ api: { packages: { limit: { query: () => served.limit() } } } }));

const sent: FakeRequest[] = [];
class FakeRequest extends EventTarget {
  readonly upload = new EventTarget();
  responseText = '';
  status = 0;
  body: Blob | undefined;
  open(): void {}
  setRequestHeader(): void {}
  send(body: Blob): void {
    this.body = body;
    sent.push(this);
  }
  abort(): void {
    this.dispatchEvent(new Event('abort'));
  }
}

beforeEach(() => {
  sent.length = 0;
  served.limit = () => Promise.resolve(10);
  vi.stubGlobal('XMLHttpRequest', FakeRequest);
  return () => vi.unstubAllGlobals();
});

const files = [{ path: 'notes/a.md', file: new File(['Kilns'], 'a.md') }];
const send = (signal?: AbortSignal): Promise<unknown> =>
  sendFiles(files, { to: 'workspace' }, signal === undefined ? {} : { signal });

it('sends what each file is called and how long it is, then the files', async () => {
  const answer = send();
  await expect.poll(() => sent).toHaveLength(1);
  expect(await sent[0]?.body?.text()).toBe('{"files":[{"path":"notes/a.md","size":5}]}\nKilns');
  Object.assign(sent[0] ?? {}, { status: 200, responseText: '{"paths":["notes/a.md"]}' });
  sent[0]?.dispatchEvent(new Event('load'));
  expect(await answer).toEqual({ paths: ['notes/a.md'] });
});

it('sends nothing that is larger than the server takes', async () => {
  served.limit = () => Promise.resolve(4);
  await expect(send()).rejects.toThrow('--max-package');
  expect(sent).toEqual([]);
});

it('says which one cannot be read, as a folder that was dropped', async () => {
  const folder = new File(['x'], 'notes');
  const unread = Promise.reject(new DOMException('It is none.', 'NotReadableError'));
  folder.slice = () => Object.assign(new Blob(), { arrayBuffer: () => unread });
  const both = [...files, { path: 'notes', file: folder }];
  await expect(sendFiles(both, { to: 'workspace' }, {})).rejects.toThrow(
    /^“notes” cannot be read: it is a folder/,
  );
  expect(sent).toEqual([]);
});

it('sends nothing once it is stopped, also while it asks how much may be sent', async () => {
  const leaving = new AbortController();
  served.limit = () => {
    leaving.abort();
    return Promise.resolve(10);
  };
  await expect(send(leaving.signal)).rejects.toMatchObject({ name: 'AbortError' });
  expect(sent).toEqual([]);
  const going = new AbortController();
  served.limit = () => Promise.resolve(10);
  const answer = send(going.signal);
  await expect.poll(() => sent).toHaveLength(1);
  going.abort();
  await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
});

const message = 'A name cannot contain "<". Remove it.';
const refused = (code: string): UploadRefused =>
  new UploadRefused(message, [{ code, message, audience: 'user', location: { file: 'n/<.md' } }]);

it('names the file whose name cannot be, where there are several', () => {
  expect(uploadRefusal(refused('bad-name'), true)).toBe(`n/<.md: ${message}`);
  expect(uploadRefusal(refused('bad-name'), false)).toBe(message);
  expect(uploadRefusal(refused('no-space'), true)).toBe(message);
  expect(uploadRefusal(new Error('Broken.'), true)).toBe('Broken.');
});
