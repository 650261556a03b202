import { existsSync, lstatSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OperatorChoices } from './operator-choices.ts';
import { operatorSettings } from './operator-settings.ts';
import { RemoteAccess } from './remote-access.ts';

const value = 'sk-0123456789';
const origin = 'https://api.example.com';
let folder: string;
let file: string;
let environment: Record<string, string>;
let choices: OperatorChoices;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'graft-choices-'));
  file = join(folder, 'graft', 'settings.env');
  environment = { XDG_CONFIG_HOME: folder };
  choices = new OperatorChoices(environment);
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

async function given(text: string, mode = 0o600): Promise<void> {
  await mkdir(join(folder, 'graft'), { recursive: true });
  await writeFile(file, text);
  await chmod(file, mode);
}
const text = (): string => readFileSync(file, 'utf8');
const access = async (): Promise<RemoteAccess> =>
  new RemoteAccess(await operatorSettings(environment));

describe('a secret', () => {
  it('is written where no folder was, for its owner alone, and is never read back', async () => {
    await choices.setSecret({
      name: 'OPENAI',
      value: ` ${value}\n`,
      origins: [`${origin}/v1/chat`],
    });
    expect(text()).toBe(`GRAFT_SECRET_OPENAI=${value}\nGRAFT_ENDPOINTS=OPENAI@${origin}\n`);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(statSync(join(folder, 'graft')).mode & 0o777).toBe(0o700);
    // No lock and no draft lies beside it.
    expect(readdirSync(join(folder, 'graft'))).toEqual(['settings.env']);
    const state = await choices.state();
    expect(state.secrets).toEqual([{ name: 'OPENAI', origins: [origin], place: 'file' }]);
    expect(JSON.stringify(state)).not.toContain(value);
    // It counts at once.
    expect((await access()).key(`${origin}/v1`, 'OPENAI')).toEqual({ name: 'OPENAI', value });
  });

  it('is bound to the servers that come with its value and no others', async () => {
    await given(`# mine\nGRAFT_ENDPOINTS="OPENAI@https://old.example http://10.0.0.5:8000"\n`);
    await choices.setSecret({ name: 'OPENAI', value, origins: [origin, origin] });
    expect(text()).toBe(
      `# mine\nGRAFT_ENDPOINTS="http://10.0.0.5:8000 OPENAI@${origin}"\nGRAFT_SECRET_OPENAI=${value}\n`,
    );
    // No other change binds it: not a server that is allowed, not a price.
    await choices.allow('https://evil.example');
    await choices.setPrice({
      model: 'OPENAI',
      origin: 'https://evil.example',
      input: 1,
      output: 0,
    });
    await expect(choices.allow('OPENAI@https://evil.example')).rejects.toMatchObject({
      code: 'bad-input',
    });
    const now = await access();
    expect(() => now.key('https://evil.example/v1', 'OPENAI')).toThrow(/do not bind it/);
  });

  it('of the environment can be neither changed nor bound to another server', async () => {
    environment['GRAFT_SECRET_OPENAI'] = value;
    const change = choices.setSecret({
      ...{ name: 'OPENAI', value: 'another-0123', origins: ['https://evil.example'] },
    });
    await expect(change).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('GRAFT_SECRET_OPENAI is set in the environment') as string,
    });
    expect(existsSync(file)).toBe(false);
    expect((await choices.state()).secrets).toEqual([
      { name: 'OPENAI', origins: [], place: 'environment' },
    ]);
  });

  it('goes with its servers, and leaves the rest', async () => {
    await given(
      `GRAFT_ENDPOINTS="OPENAI@${origin} ${origin} B@${origin}"\nGRAFT_SECRET_OPENAI=x\n`,
    );
    await choices.removeSecret('OPENAI');
    expect(text()).toBe(`GRAFT_ENDPOINTS="${origin} B@${origin}"\n`);
  });

  it('is refused where it can be none, without being repeated', async () => {
    const long = 'secret-that-is-long';
    for (const wrong of [
      { name: 'lower', value, origins: [origin] },
      { name: 'A=1\nB', value, origins: [origin] },
      { name: 'A', value: 'short', origins: [origin] },
      { name: 'A', value: `${long}\nGRAFT_ENDPOINTS=A@https://evil.example`, origins: [origin] },
      { name: 'A', value: `${long}\u0000`, origins: [origin] },
      { name: 'A', value: `${long} two`, origins: [origin] },
      { name: 'A', value: `${long}é`, origins: [origin] },
      { name: 'A', value, origins: [] },
      { name: 'A', value, origins: ['ftp://api.example.com'] },
      { name: 'A', value, origins: ['https://user:pass@api.example.com'] },
      { name: 'A', value, origins: ['https://a.example B@https://b.example'] },
      { name: 'A', value: 'postgres://u:p@db.example/shop', origins: [origin] },
    ]) {
      const error = await choices.setSecret(wrong).catch((thrown: unknown) => thrown);
      expect(error, JSON.stringify(wrong)).toMatchObject({ code: 'bad-input' });
      expect(String(error)).not.toContain(long);
    }
    expect(existsSync(file)).toBe(false);
  });

  it('may be the address of a database, which is bound to itself', async () => {
    const address = 'postgres://reader:p%40s\'"s@db.example/shop';
    await choices.setSecret({ name: 'SHOP', value: address, origins: [] });
    expect((await access()).databaseAddress('SHOP').hostname).toBe('db.example');
    expect((await choices.state()).secrets).toEqual([
      { name: 'SHOP', origins: [], database: true, place: 'file' },
    ]);
  });
});

describe('the file', () => {
  it('gets the changes of all who write at once', async () => {
    const names = Array.from({ length: 12 }, (_, index) => `KEY_${index}`);
    await Promise.all(
      names.map((name) =>
        // Each as another process would: with nothing shared but the file.
        new OperatorChoices({ ...environment }).setSecret({ name, value, origins: [origin] }),
      ),
    );
    const { secrets } = await choices.state();
    expect(secrets.map(({ name }) => name)).toEqual([...names].sort());
    expect(secrets.every(({ origins }) => origins[0] === origin)).toBe(true);
  });

  it('stays as it is where it is read-only, or where others can read it', async () => {
    await given('A=1\n', 0o400);
    await expect(choices.allow(origin)).rejects.toThrow(/is read-only. Run chmod 600/);
    await chmod(file, 0o644);
    await expect(choices.allow(origin)).rejects.toThrow(/other users can read it/);
    expect(text()).toBe('A=1\n');
    expect((await choices.state()).problem).toMatch(/other users can read it/);
  });

  it('says what to do where its folder is a file', async () => {
    await writeFile(join(folder, 'graft'), '');
    await expect(choices.allow(origin)).rejects.toThrow(
      /Graft cannot (write|read) .*settings\.env/,
    );
  });

  it('stays a link where it is one', async () => {
    const kept = join(folder, 'dotfiles.env');
    await writeFile(kept, 'A=1\n', { mode: 0o600 });
    await mkdir(join(folder, 'graft'));
    await symlink(kept, file);
    await choices.allow(origin);
    expect(lstatSync(file).isSymbolicLink()).toBe(true);
    expect(readFileSync(kept, 'utf8')).toBe(`A=1\nGRAFT_ENDPOINTS=${origin}\n`);
  });

  it('is not written with a malformed list, which is reported', async () => {
    await given('GRAFT_ENDPOINTS=nonsense\n');
    await expect(choices.allow(origin)).rejects.toThrow(/has an entry that is neither/);
    expect((await choices.state()).problem).toMatch(/has an entry that is neither/);
    expect(text()).toBe('GRAFT_ENDPOINTS=nonsense\n');
  });
});

describe('servers, prices, the hub and the device', () => {
  it('are listed, changed and removed', async () => {
    await choices.allow(`${origin}/v1`);
    await choices.allow(origin);
    await choices.setPrice({ model: 'gpt-5', origin, input: 0.25, output: 2 });
    await choices.setPrice({ model: 'gpt-5', origin, input: 0.0000005, output: 0 });
    await choices.setPrice({ model: '', origin, input: 3, output: 0 });
    await choices.setHubToken('hf_0123456789');
    await choices.setDevice('webgpu');
    expect(text()).toBe(
      `GRAFT_ENDPOINTS=${origin}\nGRAFT_PRICES="gpt-5@${origin}=0.0000005 @${origin}=3"\nHF_TOKEN=hf_0123456789\nGRAFT_DEVICE=webgpu\n`,
    );
    const state = await choices.state();
    expect(state).toMatchObject({ hubToken: 'file', device: 'webgpu', fixed: [] });
    expect(state.prices).toHaveLength(2);
    expect((await access()).price(`${origin}/v1`, 'gpt-5')).toEqual({
      input: 0.0000005,
      output: 0,
    });
    await choices.removePrice({ model: '', origin });
    await choices.removePrice({ model: 'gpt-5', origin });
    await choices.forbid({ origin, secret: undefined });
    await choices.setHubToken(undefined);
    await choices.setDevice(undefined);
    expect(text()).toBe('');
  });

  it('keep what the environment sets', async () => {
    environment['GRAFT_ENDPOINTS'] = '';
    environment['HF_TOKEN'] = 'hf_0123456789';
    await expect(choices.allow(origin)).rejects.toThrow(
      /GRAFT_ENDPOINTS is set in the environment/,
    );
    await expect(choices.setHubToken('hf_9876543210')).rejects.toThrow(/HF_TOKEN is set in/);
    expect(await choices.state()).toMatchObject({
      fixed: ['GRAFT_ENDPOINTS', 'HF_TOKEN'],
      hubToken: 'environment',
    });
  });

  it('refuse tokens and names that would break their list', async () => {
    await expect(choices.setHubToken('hf_1\nA=1')).rejects.toMatchObject({ code: 'bad-input' });
    const price = { model: 'a b', origin, input: 1, output: 1 };
    await expect(choices.setPrice(price)).rejects.toMatchObject({ code: 'bad-input' });
    expect(existsSync(file)).toBe(false);
  });
});
