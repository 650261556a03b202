import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { operatorSettings, settingsFile } from './operator-settings.ts';
import { RemoteAccess } from './remote-access.ts';

const value = 'sk-0123456789';
const access = new RemoteAccess({
  GRAFT_SECRET_OPENAI: value,
  GRAFT_SECRET_OTHER: 'other-0123456789',
  GRAFT_SECRET_SHORT: 'none',
  GRAFT_SECRET_BROKEN: 'two lines\nof a key',
  GRAFT_ENDPOINTS:
    'OPENAI@https://api.example.com/v1, http://10.0.0.5:8000 SHORT@https://s.example BROKEN@https://s.example GONE@https://s.example',
});

describe('what a graph may ask', () => {
  it.each(['http://127.0.0.1:11434/v1', 'http://localhost:1234', 'http://[::1]:8080/v1'])(
    'is this machine, without a key: %s',
    (url) => {
      expect(access.key(url, undefined)).toBeUndefined();
    },
  );

  it('is an address that the operator lists, with the secret that is bound to it', () => {
    expect(access.key('http://10.0.0.5:8000/v1', undefined)).toBeUndefined();
    expect(access.key('https://api.example.com/v1', undefined)).toBeUndefined();
    expect(access.key('https://api.example.com/other', 'OPENAI')).toEqual({
      ...{ name: 'OPENAI', value },
    });
  });

  it.each([
    'https://evil.example/v1',
    'https://api.example.com.evil.example/v1',
    'https://api.example.com:8443/v1',
    'http://api.example.com/v1',
    'http://127.0.0.1.evil.example/v1',
    'http://localhost.evil.example/v1',
    'http://0.0.0.0:80/v1',
    'http://169.254.169.254/v1',
    'http://10.0.0.5:8001/v1',
  ])('is nothing else: %s', (url) => {
    expect(() => access.key(url, undefined)).toThrow(/which your settings do not allow/);
    expect(() => access.key(url, 'OPENAI')).toThrow(
      `OPENAI@${new URL(url).origin} to GRAFT_ENDPOINTS`,
    );
  });

  it('is no address with the secret of another, not even this machine', () => {
    for (const url of ['https://api.example.com/v1', 'http://127.0.0.1:11434/v1']) {
      expect(() => access.key(url, 'OTHER')).toThrow(/send the secret OTHER to/);
    }
  });

  it.each([
    ['GONE', 'The secret GONE is not set.'],
    ['SHORT', 'The secret SHORT is not a key'],
    ['BROKEN', 'The secret BROKEN is not a key'],
  ])('needs a key that is one: %s', (name, message) => {
    expect(() => access.key('https://s.example', name)).toThrow(message);
  });

  it('tells names and addresses, and no value', () => {
    const states = access.secrets();
    expect(states.map(({ name }) => name)).toEqual(['BROKEN', 'OPENAI', 'OTHER', 'SHORT']);
    expect(states[1]?.origins).toEqual(['https://api.example.com']);
    expect(JSON.stringify(states)).not.toContain(value);
  });

  it('tells that a secret is the address of a database, and not which', () => {
    const settings = { GRAFT_SECRET_SHOP: 'postgres://reader:word@db.example/shop' };
    const states = new RemoteAccess(settings).secrets();
    expect(states).toEqual([{ name: 'SHOP', origins: [], database: true }]);
  });

  it('says that the list is wrong, and not what stands in it', () => {
    const wrong = new RemoteAccess({ GRAFT_ENDPOINTS: `OPENAI@${value}` });
    const thrown = (): unknown => wrong.key('http://127.0.0.1/v1', undefined);
    expect(thrown).toThrow(/GRAFT_ENDPOINTS/);
    expect(thrown).not.toThrow(value);
  });
});

it('names the file to write to, and the line, and not what the line has already', () => {
  const site = new URL('http://10.0.0.5:8000/start');
  const told = (settings: Record<string, string>): string =>
    new RemoteAccess(settings).hiddenSite(site, '10.0.0.5').message;
  expect(told({})).toContain(
    'the line GRAFT_PRIVATE_SITES="http://10.0.0.5:8000" in ~/.config/graft/settings.env',
  );
  const others = told({ GRAFT_PRIVATE_SITES: 'http://wiki.local', XDG_CONFIG_HOME: '/etc/other' });
  expect(others).toContain('GRAFT_PRIVATE_SITES="… http://10.0.0.5:8000" in /etc/other/graft/');
  expect(others).not.toContain('wiki');
  expect(() => new RemoteAccess({}).key('https://a.example', 'OTHER')).toThrow(
    'the line GRAFT_ENDPOINTS="OTHER@https://a.example" in ~/.config/graft/settings.env',
  );
  const listed = new RemoteAccess({ GRAFT_ENDPOINTS: 'OTHER@https://a.example' });
  expect(() => listed.key('https://a.example', 'OTHER')).toThrow(
    'Add the line GRAFT_SECRET_OTHER=… to ~/.config/graft/settings.env',
  );
});

it('lets graphs read private sites that are listed, and says where the list is wrong', () => {
  const listed = new RemoteAccess({
    GRAFT_PRIVATE_SITES: 'http://wiki.local/start, http://10.0.0.5:8000',
  });
  expect(listed.mayVisit('http://wiki.local/other')).toBe(true);
  expect(listed.mayVisit('http://10.0.0.5:8000/')).toBe(true);
  for (const url of [
    'https://wiki.local/',
    'http://10.0.0.5/',
    'http://127.0.0.1/',
    'http://a.wiki.local/',
  ]) {
    expect(listed.mayVisit(url)).toBe(false);
    // What graphs may ask as a model is no site.
    expect(access.mayVisit(url)).toBe(false);
  }
  for (const wrong of ['wiki.local', 'file:///srv']) {
    const none = new RemoteAccess({ GRAFT_PRIVATE_SITES: wrong });
    expect(() => none.mayVisit('http://wiki.local/')).toThrow(/GRAFT_PRIVATE_SITES/);
  }
});

describe('the identity of a database', () => {
  const identityOf = (address: string): string =>
    new RemoteAccess({ GRAFT_SECRET_SHOP: address }).databaseIdentity('SHOP');
  const here = identityOf('postgres://reader:secret-word@db.example.com/shop');

  it.each([
    'postgres://reader:another-word@db.example.com/shop',
    'postgresql://reader:secret-word@DB.example.com:5432/shop',
    'postgres://reader:secret-word@db.example.com/shop?sslmode=require&connect_timeout=3',
    'postgres://reader@db.example.com/shop?password=secret-word',
  ])('is the same by another way: %s', (address) => {
    expect(identityOf(address)).toBe(here);
  });

  it.each([
    'postgres://reader:secret-word@db.example.org/shop',
    'postgres://reader:secret-word@db.example.com:5433/shop',
    'postgres://reader:secret-word@db.example.com/shop2',
    'postgres://writer:secret-word@db.example.com/shop',
    'postgres://reader:secret-word@db.example.com/shop?search_path=old',
    'postgres://reader:secret-word@db.example.com/shop?host=10.0.0.7',
  ])('is another for %s', (address) => {
    expect(identityOf(address)).not.toBe(here);
  });

  it('names nothing of the address', () => {
    expect(here).toMatch(/^[0-9a-f]{64}$/);
  });
});

describe('the settings', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'graft-settings-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('are lines of a file, and over those the environment', async () => {
    const environment = { XDG_CONFIG_HOME: folder, GRAFT_SECRET_B: 'here' };
    expect(await operatorSettings(environment)).toEqual(environment);
    const file = settingsFile(environment);
    await mkdir(join(folder, 'graft'));
    await writeFile(file, `\uFEFFGRAFT_SECRET_A="there"\nGRAFT_SECRET_B=there\n`, { mode: 0o600 });
    expect(await operatorSettings(environment)).toEqual({
      ...environment,
      GRAFT_SECRET_A: 'there',
    });
    if (process.platform === 'win32') return;
    await chmod(file, 0o644);
    await expect(operatorSettings(environment)).rejects.toThrow(`chmod 600 ${file}`);
  });

  it('are refused where their file is a folder', async () => {
    const environment = { XDG_CONFIG_HOME: folder };
    const file = settingsFile(environment);
    await mkdir(file, { recursive: true, mode: 0o700 });
    await expect(operatorSettings(environment)).rejects.toThrow(`Graft cannot read ${file}`);
  });
});

describe('prices', () => {
  const url = 'https://api.example.com/v1';
  const price = (prices: string, model: string, at = url): unknown =>
    new RemoteAccess({ GRAFT_PRICES: prices }).price(at, model);

  it('are those of a model at an address, the last one of several', () => {
    const prices =
      'owner/m:free@https://api.example.com=0.25/2, e@https://api.example.com/v1=0.02 @http://10.0.0.5:8000=1/0 e@https://api.example.com=0.03';
    expect(price(prices, 'owner/m:free')).toEqual({ input: 0.25, output: 2 });
    expect(price(prices, 'e')).toEqual({ input: 0.03, output: 0 });
    expect(price(prices, '', 'http://10.0.0.5:8000')).toEqual({ input: 1, output: 0 });
    expect(price(prices, 'owner/m:free', 'https://other.example')).toBeUndefined();
    expect(price('', 'e')).toBeUndefined();
  });

  it.each(['m=1', 'm@api.example.com=1', 'm@https://api.example.com', 'm@https://a.example=1/x'])(
    'are of one form: %s',
    (entry) => {
      expect(() => price(entry, 'm')).toThrow(/which is not a price\. Write MODEL@https:/);
    },
  );
});
