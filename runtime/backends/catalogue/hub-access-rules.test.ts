import { afterEach, describe, expect, it } from 'vitest';
import { twoPrecisions, type HubFolderFiles } from '../testing/hub-folder.ts';
import { HubCatalogues } from '../testing/hub-catalogues.ts';
import type { HubFault } from '../testing/hub-server.ts';
import { noOtherTools } from '../testing/no-other-tools.ts';

const language: HubFolderFiles = twoPrecisions;

const hubs = new HubCatalogues();
const { open, serve } = hubs;
afterEach(() => hubs.close());

describe('a token', () => {
  const gated = { terms: { 'o/r': { gated: true } }, granted: ['hf_good'] };

  it('opens a gated repository, and goes to no other host', async () => {
    const hub = await serve({ 'o/r': language }, gated);
    const catalogue = await open(hub, { token: 'hf_good' });
    await catalogue.fetch('hf:o/r:Q4_K_M');
    const sent = hub.requests.map(({ host, authorization }) => [host, authorization]);
    expect(sent).toContainEqual(['hub', 'Bearer hf_good']);
    expect(sent).toContainEqual(['cdn', undefined]);
    expect(sent).not.toContainEqual(['cdn', 'Bearer hf_good']);
    expect(sent).not.toContainEqual(['hub', undefined]);
  });

  it.each([
    ['none', '', 'Then set HF_TOKEN to a token of your account'],
    ['one without access', 'hf_other', 'the present one has no access'],
  ])('%s is refused with the page of the licence', async (_, token, words) => {
    const hub = await serve({ 'o/r': language }, gated);
    const catalogue = await open(hub, { token });
    const refused: unknown = await catalogue
      .fetch('hf:o/r:Q4_K_M')
      .catch((error: unknown) => error);
    expect(String(refused)).toContain(`Open ${hub.url}/o/r in a browser, log in, and accept it.`);
    expect(String(refused)).toContain(words);
    expect(String(refused)).not.toContain('hf_other');
    expect(catalogue.lookup('hf:o/r:Q4_K_M')).toBeUndefined();
  });

  it('is not sent on when the hub redirects elsewhere and back', async () => {
    const hub = await serve({ 'o/r': language }, gated);
    const back = `${hub.url}/back`;
    hub.fail({
      ...{ host: 'hub', on: /resolve/ },
      answer: (response) => void response.writeHead(302, { location: `${hub.cdnUrl}/x` }).end(),
    });
    hub.fail({
      ...{ host: 'cdn', on: /^\/x$/ },
      answer: (response) => void response.writeHead(302, { location: back }).end(),
    });
    const catalogue = await open(hub, { token: 'hf_good' });
    await expect(catalogue.fetch('hf:o/r:Q4_K_M')).rejects.toThrow('404');
    expect(hub.requests.find(({ path }) => path === '/back')?.authorization).toBeUndefined();
  });

  it('goes to no hub without encryption', async () => {
    const hub = await serve({ 'o/r': language });
    // The address of a hub that only the proxy knows.
    const proxied = await open(hub, {
      hubEndpoint: 'http://hub.example',
      environment: {
        ...noOtherTools,
        HF_TOKEN: 'hf_good',
        HTTP_PROXY: hub.url,
        XDG_CONFIG_HOME: '/nowhere',
      },
    });
    // Nor does it send anybody to a service of this computer.
    await expect(proxied.fetch('hf:o/r')).rejects.toThrow('redirects to this computer');
    expect(hub.requests[0]?.path).toContain('http://hub.example/api/models/o/r');
    expect(hub.requests.every(({ authorization }) => authorization === undefined)).toBe(true);
  });
});

it('HF_HUB_OFFLINE keeps from asking, and what is here goes on', async () => {
  const hub = await serve({ 'o/r': language });
  const catalogue = await open(hub);
  await catalogue.fetch('hf:o/r:Q4_K_M');
  hub.requests.length = 0;
  const offline = await open(hub, {
    modelsFolder: catalogue.modelsFolder,
    environment: { ...noOtherTools, HF_HUB_OFFLINE: '1' },
  });
  await offline.fetch('hf:o/r:Q4_K_M');
  await expect(offline.fetch('hf:o/r:Q8_0')).rejects.toThrow('HF_HUB_OFFLINE is set');
  expect(hub.requests).toEqual([]);
});

it('refuses a model that the disk has no room for before the first byte', async () => {
  const hub = await serve({ 'o/r': language });
  hub.fail({
    ...{ host: 'hub', on: /\/api\/models/ },
    answer: (response) => {
      const lfs = { size: 2 ** 50, sha256: 'a'.repeat(64) };
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({
          id: 'o/r',
          sha: 'b'.repeat(40),
          siblings: [{ rfilename: 'a.gguf', lfs }],
        }),
      );
    },
  });
  const catalogue = await open(hub);
  await expect(catalogue.fetch('hf:o/r')).rejects.toMatchObject({
    code: 'no-space',
    message: expect.stringMatching(
      /needs 1125899906842624 bytes more.*Graft wrote nothing/,
    ) as string,
  });
  expect(hub.requests).toHaveLength(1);
});

describe('a hub with a fault', () => {
  const fault = {
    ...{ host: 'hub', on: /^\/api/ },
    answer: (response) => void response.writeHead(503).end(),
  } satisfies HubFault;

  it('is asked again, and whoever waits for it is told so', async () => {
    const hub = await serve({ 'o/r': language });
    hub.fail({ ...fault, times: 2 });
    const messages: string[] = [];
    const catalogue = await open(hub);
    await catalogue.fetch('hf:o/r:Q4_K_M', {
      progress: ({ message = '' }) => messages.push(message),
    });
    const { host } = new URL(hub.url);
    expect(messages).toContain(`${host} answered 503: it has a fault; asks again in 1 s`);
  });

  it('keeps nobody waiting who searches', async () => {
    const hub = await serve({ 'o/r': language });
    hub.fail(fault);
    const waits: number[] = [];
    const catalogue = await open(hub, {
      pause: (ms) => {
        waits.push(ms);
        return Promise.resolve();
      },
    });
    const { signal } = new AbortController();
    const query = { text: 'r', format: 'gguf', limit: 5, signal } as const;
    await expect(catalogue.hub.search(query)).rejects.toThrow('it has a fault. Try again later.');
    expect(waits).toEqual([1_000, 1_000]);
  });
});
