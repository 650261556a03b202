/**
 * Who may import what: the table of DESIGN's "Layout and allowed imports", read by the `allowed-imports`
 * rule. The first zone whose `files` match a path decides. `packages` are workspace packages (with or
 * without a subpath), `externals` npm packages and `node:*`; `undefined` allows any external.
 */
const ENGINES = [
  '@huggingface/transformers',
  'onnxruntime-node',
  'onnxruntime-web',
  'node-llama-cpp',
  '@lancedb/lancedb',
];
const REACT = ['react', 'react-dom'];

/** @typedef {{ name: string, files: RegExp, packages: string[], externals?: string[], forbidden?: string[], stay?: RegExp, why: string }} Zone */

/** @type {Zone[]} */
export const zones = [
  {
    name: 'tests',
    files:
      /\.(test|contract)\.tsx?$|(^|\/)(fixtures|testing)\/|^(e2e|bench|scripts)\/|\.config\.(ts|mjs|js)$/,
    packages: ['@graft/*'],
    why: '',
  },
  {
    name: 'runtime/graph',
    files: /^runtime\/graph\//,
    packages: [],
    externals: ['zod'],
    stay: /^runtime\/graph\//,
    why: 'runtime/graph is pure and shared with the browser: it imports zod only, no node:*, no React, no I/O',
  },
  {
    name: 'a node definition',
    files: /^nodes\/[^/]+\/node\.ts$/,
    packages: ['@graft/graph'],
    externals: ['zod'],
    stay: /^nodes\/({folder}\/|training\/definition\.ts$)/,
    why: 'a node definition is pure data that the browser and the worker share: it imports runtime/graph and zod; parameters of all that train are in nodes/training/definition.ts',
  },
  {
    name: 'parameters of nodes that train',
    files: /^nodes\/training\/definition\.ts$/,
    packages: ['@graft/graph'],
    externals: ['zod'],
    stay: /^nodes\/training\/definition\.ts$/,
    why: 'node definitions import it, so it is as pure as they are: runtime/graph and zod',
  },
  {
    name: 'the UI kit',
    files: /^nodes\/ui-kit\//,
    packages: ['@graft/graph'],
    externals: [...REACT, 'zod', 'uplot'],
    stay: /^nodes\/ui-kit\//,
    why: 'the UI kit draws values of runtime/graph with React and knows no node',
  },
  {
    name: 'a preview',
    files: /^nodes\/[^/]+\/.*\.tsx$/,
    packages: ['@graft/graph', '@graft/nodes/ui-kit'],
    externals: [...REACT, 'zod'],
    stay: /^nodes\/({folder}|ui-kit)\//,
    why: 'a preview imports its own node.ts, React and the UI kit; no node imports another node',
  },
  {
    name: 'a node implementation',
    files: /^nodes\/[^/]+\/.*\.ts$/,
    packages: ['@graft/graph'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^nodes\/({folder}|text|training|export)\//,
    why: 'a node implementation imports its own node.ts and interfaces of runtime/graph; backends arrive through the context, and no node imports another node; logic that several need is in nodes/text, nodes/training and nodes/export',
  },
  {
    name: 'runtime/engine',
    files: /^runtime\/engine\//,
    packages: ['@graft/graph'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^runtime\/engine\//,
    why: 'runtime/engine meets stores and backends through interfaces of runtime/graph; they are joined in runtime/worker',
  },
  {
    name: 'runtime/store',
    files: /^runtime\/store\//,
    packages: ['@graft/graph', '@graft/prisma'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^runtime\/store\//,
    why: 'runtime/store implements interfaces of runtime/graph over files and prisma, and knows no engine, backend or node',
  },
  {
    name: 'runtime/backends',
    files: /^runtime\/backends\//,
    packages: ['@graft/graph'],
    forbidden: REACT,
    stay: /^runtime\/backends\//,
    why: 'runtime/backends implements interfaces of runtime/graph, and knows no engine, store or node',
  },
  {
    name: 'runtime/training',
    files: /^runtime\/training\//,
    packages: ['@graft/graph'],
    forbidden: REACT,
    stay: /^runtime\/training\//,
    why: 'runtime/training implements interfaces of runtime/graph, and knows no engine, store or node',
  },
  {
    name: 'runtime/worker',
    files: /^runtime\/worker\//,
    packages: [
      '@graft/graph',
      '@graft/engine',
      '@graft/store',
      '@graft/backends',
      '@graft/training',
      '@graft/prisma',
      '@graft/nodes/definitions',
      '@graft/nodes/runs',
    ],
    forbidden: REACT,
    stay: /^runtime\/worker\//,
    why: 'runtime/worker joins everything but the apps and the previews',
  },
  {
    name: 'prisma',
    files: /^prisma\//,
    packages: ['@graft/graph'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^prisma\//,
    why: 'prisma is the database and its client, and knows of the workspace only runtime/graph',
  },
  {
    name: 'the web server',
    files: /^apps\/web\/server\//,
    packages: ['@graft/graph', '@graft/nodes/definitions', '@graft/worker'],
    forbidden: ENGINES,
    stay: /^apps\/web\//,
    why: 'inference and training code never enters the server process: the server reaches it through runtime/worker',
  },
  {
    name: 'the web app in the browser',
    files: /^apps\/web\/.*\.tsx?$/,
    packages: [
      '@graft/graph',
      '@graft/nodes/definitions',
      '@graft/nodes/previews',
      '@graft/nodes/ui-kit',
    ],
    forbidden: [...ENGINES, 'node:*'],
    stay: /^apps\/web\//,
    why: 'the browser bundle holds runtime/graph, definitions and previews; everything else stays on the server',
  },
  {
    name: 'the command line',
    files: /^apps\/cli\//,
    packages: [
      '@graft/graph',
      '@graft/worker',
      '@graft/backends/catalogue',
      '@graft/backends/probe',
      '@graft/nodes/definitions',
      '@graft/web/server',
    ],
    forbidden: ENGINES,
    stay: /^apps\/cli\//,
    why: 'the command line reaches the runtime through runtime/worker, so that its start stays quick',
  },
];
