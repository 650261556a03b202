import type { ServerResponse } from 'node:http';
import { GgufBytes } from '@graft/kit/testing';
import { afterEach, describe, expect, it } from 'vitest';
import { HostileHub } from '../testing/hostile-hub.ts';
import type { HubFault, HubServer } from '../testing/hub-server.ts';
import { smallEmbedder, smallGguf } from '../testing/hub-folder.ts';

const weights = smallGguf(4096);
const claims = GgufBytes.head(2n ** 62n, 0n)
  .zeros(100)
  .bytes();
const repos = {
  'o/r': { 'm-Q4_0.gguf': weights },
  'o/e': smallEmbedder,
  'o/page': { 'm-Q4_0.gguf': '<html>no model</html>' },
  'o/claims': { 'm-Q4_0.gguf': claims },
  'o/lm': {
    ...smallEmbedder,
    'config.json': '{"model_type":"x","architectures":["LlamaForCausalLM"]}',
  },
};
const hub = new HostileHub();
afterEach(() => hub[Symbol.asyncDispose]());

type Reply = (response: ServerResponse, hub: HubServer) => void;
const api = /^\/api\/models\/o\/r\//;
const file = /resolve/;
const any = /./;

const send =
  (
    status: number,
    headers: Record<string, string | number>,
    body: string | Uint8Array = '',
  ): Reply =>
  (response) =>
    void response.writeHead(status, headers).end(body);
const text = (body: string | Uint8Array): Reply =>
  send(200, { 'content-type': 'application/json' }, body);
const json = (value: unknown): Reply => text(JSON.stringify(value));
const to =
  (location: (hub: HubServer) => string): Reply =>
  (response, hub) =>
    void response.writeHead(302, { location: location(hub) }).end();
const repo = (changes: object): Reply =>
  json({ id: 'o/r', sha: 'a'.repeat(40), siblings: [], ...changes });
const sibling = (changes: object): Reply =>
  repo({
    siblings: [
      { rfilename: 'm.gguf', size: 10, lfs: { size: 10, sha256: 'b'.repeat(64) }, ...changes },
    ],
  });
const bytes = (body: Uint8Array, headers: Record<string, string | number> = {}): Reply =>
  send(200, { 'content-length': body.length, ...headers }, body);

/** Name, where it is answered instead, the answer, and what the message says. */
const answers: readonly (readonly [string, HubFault['host'], RegExp, Reply, string])[] = [
  [
    'a web page',
    'hub',
    api,
    send(200, { 'content-type': 'text/html' }, '<html>'),
    'it is a web page',
  ],
  ['a text', 'hub', api, send(200, { 'content-type': 'text/plain' }, '{}'), 'it is no JSON'],
  ['JSON that is cut off', 'hub', api, text('{"id":"o/r","sha'), 'it is damaged JSON'],
  ['nothing', 'hub', api, text(''), 'it is damaged JSON'],
  ['a list', 'hub', api, json([]), 'it has no sound'],
  ['null', 'hub', api, json(null), 'it has no sound'],
  ['no files', 'hub', api, json({ id: 'o/r', sha: 'a'.repeat(40) }), 'no sound "siblings"'],
  [
    'files that are no list',
    'hub',
    api,
    repo({ siblings: { length: 1e9 } }),
    'no sound "siblings"',
  ],
  [
    'too many files',
    'hub',
    api,
    repo({ siblings: Array(100_001).fill({ rfilename: 'a' }) }),
    '"siblings"',
  ],
  ['a commit that is none', 'hub', api, repo({ sha: '../../x' }), 'no sound "sha"'],
  ['a name that leads out', 'hub', api, repo({ id: '../../x' }), 'no sound "id"'],
  ['a name with an address in it', 'hub', api, repo({ id: 'o/r@evil' }), 'no sound "id"'],
  ['deep JSON', 'hub', api, text('['.repeat(1_000_000)), 'it is damaged JSON'],
  ['endless JSON', 'hub', api, text(Buffer.alloc(33 << 20, ' ')), 'more than 32 MiB'],
  [
    'compressed JSON',
    'hub',
    api,
    send(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' }, 'x'),
    'damaged JSON',
  ],
  ['a file above', 'hub', api, sibling({ rfilename: '../../../evil.gguf' }), 'outside its folder'],
  [
    'a file of the machine',
    'hub',
    api,
    sibling({ rfilename: '/tmp/evil.gguf' }),
    'outside its folder',
  ],
  [
    'a file by backslash',
    'hub',
    api,
    sibling({ rfilename: 'a\\..\\evil.gguf' }),
    'outside its folder',
  ],
  ['a file of a drive', 'hub', api, sibling({ rfilename: 'C:/evil.gguf' }), 'outside its folder'],
  ['a file with a line end', 'hub', api, sibling({ rfilename: 'a\n.gguf' }), 'outside its folder'],
  ['a negative size', 'hub', api, sibling({ lfs: { size: -1, sha256: 'b'.repeat(64) } }), 'size'],
  ['half a byte', 'hub', api, sibling({ lfs: { size: 0.5, sha256: 'b'.repeat(64) } }), 'size'],
  [
    'a size beyond numbers',
    'hub',
    api,
    sibling({ lfs: { size: 1e300, sha256: 'b'.repeat(64) } }),
    'size',
  ],
  [
    'a size beyond the disk',
    'hub',
    api,
    sibling({ lfs: { size: 2 ** 52, sha256: 'b'.repeat(64) } }),
    'Free some space',
  ],
  ['a digest that is none', 'hub', api, sibling({ lfs: { size: 1, sha256: 'b' } }), 'sha256'],
  ['no digest', 'hub', api, sibling({ lfs: undefined }), 'states no digest'],
  [
    'no size',
    'hub',
    api,
    sibling({ lfs: undefined, size: undefined }),
    'no model that Graft can use',
  ],
  [
    'a file twice',
    'hub',
    api,
    repo({
      siblings: [1, 2].map((size) => ({
        rfilename: 'm.gguf',
        lfs: { size, sha256: 'b'.repeat(64) },
      })),
    }),
    'no model that Graft can use',
  ],
  ['that nothing is there', 'hub', api, send(404, {}), 'has no repository o/r'],
  ['that the file is gone', 'hub', file, send(404, {}), 'o/r has no file at /o/r/resolve/'],
  ['that a login is needed', 'hub', api, send(401, {}), 'does not accept the token'],
  ['that access is refused', 'hub', api, send(403, {}), 'You have no access to o/r'],
  [
    'that a licence is to be accepted',
    'hub',
    api,
    send(403, { 'x-error-code': 'GatedRepo' }),
    '/o/r in a browser',
  ],
  [
    'too many requests, for ever',
    'hub',
    api,
    send(429, { 'retry-after': 1 }),
    'it gets too many requests',
  ],
  [
    'too many requests, for long',
    'hub',
    api,
    send(429, { 'retry-after': 7200 }),
    'for 120 minutes',
  ],
  [
    'the limit of the hub',
    'hub',
    api,
    send(429, { ratelimit: '"api";r=0;t=3599' }),
    'for 60 minutes',
  ],
  ['a fault, for ever', 'hub', api, send(503, {}), 'it has a fault'],
  [
    'an unknown refusal',
    'hub',
    api,
    send(418, { 'x-error-message': 'I am\ta teapot' }),
    '"I am a teapot"',
  ],
  ['another host', 'hub', api, to((hub) => `${hub.cdnUrl}/api`), 'it redirects to another host'],
  [
    'itself',
    'hub',
    api,
    to((hub) => `${hub.url}/api/models/o/r/`),
    'it redirects more than 8 times',
  ],
  [
    'a file of the machine by redirect',
    'hub',
    api,
    to(() => 'file:///etc/passwd'),
    'not a web address',
  ],
  [
    'a redirect with a password',
    'hub',
    file,
    to(() => 'http://a:b@127.0.0.1/'),
    'not a web address',
  ],
  ['a redirect to nowhere', 'hub', file, to(() => 'http://'), 'not a web address'],
  ['a cut line', 'hub', api, (response) => void response.destroy(), 'socket hang up'],
  [
    'a page for a file',
    'hub',
    file,
    send(200, { 'content-type': 'text/html' }, '<html>'),
    'answers with a web page',
  ],
  [
    'another digest',
    'hub',
    file,
    (response, hub) =>
      void response
        .writeHead(302, { location: hub.cdnUrl, 'x-linked-etag': `"${'c'.repeat(64)}"` })
        .end(),
    `it holds other bytes (sha256 ${'c'.repeat(64)})`,
  ],
  [
    'another size',
    'hub',
    file,
    (response, hub) =>
      void response.writeHead(302, { location: hub.cdnUrl, 'x-linked-size': '1' }).end(),
    'it holds 1 bytes instead of',
  ],
  [
    'an endless walk',
    'cdn',
    any,
    to((hub) => `${hub.cdnUrl}/on`),
    'it redirects more than 8 times',
  ],
  ['an address that has expired', 'cdn', any, send(403, {}), 'the server answered 403'],
  ['a fault of the other host', 'cdn', any, send(500, {}), 'it has a fault'],
  [
    'compressed bytes',
    'cdn',
    any,
    bytes(weights, { 'content-encoding': 'br' }),
    'sends a compressed answer',
  ],
  ['no such range', 'cdn', any, send(416, {}), 'it holds fewer than'],
];

/** The same, once the header has been read. */
const lateAnswers: readonly (readonly [string, Reply, string])[] = [
  ['fewer bytes', bytes(weights.subarray(1)), `instead of ${weights.length}`],
  ['more bytes', bytes(Buffer.concat([weights, weights])), `instead of ${weights.length}`],
  [
    'more bytes without saying so',
    send(200, {}, Buffer.concat([weights, weights])),
    'it sends more than',
  ],
  ['other bytes', bytes(smallGguf(4096, 2)), 'it holds other bytes (sha256'],
  [
    'another part',
    send(
      206,
      {
        'content-range': `bytes 1-${weights.length}/${weights.length}`,
        'content-length': weights.length,
      },
      weights,
    ),
    'another part than asked for',
  ],
  ['no such range', send(416, {}), 'it holds fewer than'],
  ['a page', send(200, { 'content-type': 'text/html; charset=utf-8' }, '<html>'), 'a web page'],
];

const refused = (id: string, faults: (hub: HubServer) => readonly HubFault[]): Promise<string> =>
  hub.refuses(id, { repos, faults });

describe('a hub that answers', () => {
  it.each(answers)('with %s is refused', async (...[, host, on, reply, words]) => {
    const said = await refused('hf:o/r', (hub) => [
      { host, on, answer: (response) => reply(response, hub) },
    ]);
    expect(said).toContain(words);
  });

  it.each(lateAnswers)('with %s for the weights is refused', async (_, reply, words) => {
    let reads = 0;
    const said = await refused('hf:o/r', (hub) => [
      {
        ...{ host: 'cdn', on: any },
        answer: (response) => {
          reads += 1;
          if (reads === 1)
            response.writeHead(206, { 'content-length': weights.length }).end(weights);
          else reply(response, hub);
        },
      },
    ]);
    expect(said).toContain(words);
  });

  it.each([
    ['hf:o/page', 'is not a GGUF file'],
    ['hf:o/claims', 'claims 4611686018427387904 tensors'],
    ['hf:o/lm', 'is a language model in ONNX'],
  ])('with what is no model, %s, is refused', async (id, words) => {
    expect(await refused(id, () => [])).toContain(words);
  });

  it.each([
    [
      'other bytes',
      bytes(Buffer.alloc(String(smallEmbedder['config.json']).length, 'x')),
      'than git blob',
    ],
    ['a page', send(200, { 'content-type': 'text/html' }, '<html>'), 'a web page'],
  ])('with %s for a small file is refused', async (_, reply, words) => {
    const said = await refused('hf:o/e', (hub) => [
      { host: 'hub', on: /config\.json/, answer: (response) => reply(response, hub) },
    ]);
    expect(said).toContain(words);
  });
});
