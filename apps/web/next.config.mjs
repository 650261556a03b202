import { fileURLToPath } from 'node:url';

/**
 * A static client: `server/` serves what this builds, so that one process holds page, API and engine.
 * @type {import('next').NextConfig}
 */
const config = {
  output: 'export',
  // Files are named relative to the page, which always ends in `/`: a proxy may put it below any path.
  assetPrefix: '.',
  reactStrictMode: true,
  transpilePackages: ['@graft/graph', '@graft/nodes', '@graft/view'],
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
  // `npm run typecheck` checks types, with the flags that Next would rewrite.
  typescript: { ignoreBuildErrors: true },
  images: { unoptimized: true },
};

export default config;
