import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { chunking, expect, test } from './small-workspace.ts';
import { serve } from './served-workspace.ts';
import { Workbench } from './workbench.ts';

const page = path.resolve(import.meta.dirname, '../docs/serving-behind-a-proxy.md');
/** Every browser takes names below `localhost` to this machine. */
const host = 'graft.localhost';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('there is no free port');
  return address.port;
}

/** The example of the documentation, for this machine. */
async function example(
  language: 'caddyfile' | 'nginx',
  places: Readonly<Record<string, string>>,
): Promise<string> {
  const docs = await readFile(page, 'utf8');
  const [, block] = new RegExp(`\`\`\`${language}\\n([\\s\\S]*?)\`\`\``).exec(docs) ?? [];
  if (block === undefined) throw new Error(`The page has no example of ${language}.`);
  return Object.entries(places).reduce((text, [from, to]) => {
    expect(text).toContain(from);
    return text.replaceAll(from, to);
  }, block);
}

interface Proxy {
  readonly command: string;
  /** Writes its configuration into a folder; gives the arguments it is started with. */
  configure(folder: string, ports: { own: number; graft: number }): Promise<readonly string[]>;
}

const proxies: readonly Proxy[] = [
  {
    command: 'caddy',
    async configure(folder, { own, graft }) {
      const site = await example('caddyfile', {
        'graft.example.com {': `https://${host}:${String(own)} {\n\tbind 127.0.0.1\n\ttls internal`,
        '127.0.0.1:3000': `127.0.0.1:${String(graft)}`,
      });
      const global = `{\n\tadmin off\n\tskip_install_trust\n\tauto_https disable_redirects\n\tstorage file_system ${folder}/caddy\n}\n`;
      const file = path.join(folder, 'Caddyfile');
      await writeFile(file, global + site);
      return ['run', '--config', file, '--adapter', 'caddyfile'];
    },
  },
  {
    command: 'nginx',
    async configure(folder, { own, graft }) {
      const [key, certificate] = [path.join(folder, 'key.pem'), path.join(folder, 'crt.pem')];
      const subject = ['-subj', `/CN=${host}`, '-days', '1', '-nodes'];
      execFileSync(
        'openssl',
        ['req', '-x509', '-newkey', 'rsa:2048', ...subject, '-keyout', key, '-out', certificate],
        { stdio: 'ignore' },
      );
      const site = await example('nginx', {
        'listen 443 ssl': `listen 127.0.0.1:${String(own)} ssl`,
        'server_name graft.example.com': `server_name ${host}`,
        '/etc/ssl/graft.example.com.crt': certificate,
        '/etc/ssl/graft.example.com.key': key,
        '127.0.0.1:3000': `127.0.0.1:${String(graft)}`,
      });
      const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
        .map((name) => `${name}_temp_path ${folder}/${name};`)
        .join('\n');
      const file = path.join(folder, 'nginx.conf');
      const user = process.getuid?.() === 0 ? 'user root;\n' : '';
      await writeFile(
        file,
        `${user}daemon off;\npid ${folder}/pid;\nerror_log ${folder}/error.log;\nevents {}\nhttp {\naccess_log off;\n${temporary}\n${site}}\n`,
      );
      return ['-p', folder, '-c', file, '-e', path.join(folder, 'error.log')];
    },
  },
];

async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

test.use({ ignoreHTTPSErrors: true });

for (const { command, configure } of proxies) {
  const isMissing = spawnSync(command, ['version']).error !== undefined;

  test(`works behind ${command}, by HTTPS and below a path`, async ({ page, workspace }) => {
    test.skip(isMissing, `${command} is not installed`);
    await workspace.graph(`behind-${command}`, chunking);
    const folder = await mkdtemp(path.join(os.tmpdir(), 'graft-proxy-'));
    const graft = await serve(workspace.folder, {}, [
      ...['--port', '0', '--allow-host', host, '--base-path', '/graft'],
    ]);
    const ports = { own: await freePort(), graft: Number(new URL(graft.url).port) };
    const proxy = spawn(command, await configure(folder, ports), { stdio: 'ignore' });
    const gone = once(proxy, 'exit');
    try {
      await expect.poll(() => answers(ports.own)).toBe(true);
      const address = new URL(graft.url);
      address.protocol = 'https:';
      address.host = `${host}:${String(ports.own)}`;
      const sockets: string[] = [];
      page.on('websocket', (socket) => sockets.push(socket.url()));
      const bench = new Workbench(page);
      await bench.open(address.href, `behind-${command}.graft.json`);
      await bench.run();
      await bench.reaches('chunk', 'succeeded');
      expect(sockets).toHaveLength(1);
      expect(sockets[0]).toContain(`wss://${host}:${String(ports.own)}/graft/s/`);
      const cookies = await page.context().cookies(page.url());
      expect(cookies).toHaveLength(1);
      expect(cookies[0]).toMatchObject({ secure: true, httpOnly: true, sameSite: 'Strict' });
      await bench.select('chunk');
      await bench.fill('Size', '64');
      await page.keyboard.press('Control+s');
      await page.reload();
      await expect(bench.node('chunk')).toContainText('64');
    } finally {
      proxy.kill('SIGTERM');
      await gone;
      graft.process.kill('SIGINT');
      await once(graft.process, 'exit');
      await rm(folder, { recursive: true, force: true });
    }
  });
}
