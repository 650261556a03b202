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
const PURE =
  'runtime/graph is pure and shared with the browser: it imports zod only, no node:*, no React, no I/O';

/** The rooms of runtime/graph, lowest first: a room imports itself and those below, so that none go in a circle. */
const GRAPH_ROOMS = [
  ...[
    'base',
    'rows',
    'metrics',
    'params',
    'types',
    'evidence',
    'contracts',
    'format',
    'key',
    'plan',
    'merge',
    'compose',
    'experiment',
  ],
];

/** @returns {Zone[]} */
function graphRooms() {
  return GRAPH_ROOMS.map((room, at) => {
    const below = GRAPH_ROOMS.slice(0, at + 1);
    return {
      name: `runtime/graph/${room}`,
      files: new RegExp(`^runtime/graph/${room}/`),
      packages: [],
      externals: ['zod'],
      stay: new RegExp(`^runtime/graph/(${below.join('|')})/`),
      why: `${PURE}; of its rooms this one stands on ${below.join(', ')}`,
    };
  });
}

/** @typedef {{ name: string, files: RegExp, packages: string[], externals?: string[], forbidden?: string[], stay?: RegExp, why: string }} Zone */

/** @type {Zone[]} */
export const zones = [
  {
    name: 'tests',
    files:
      /\.(test|contract)\.tsx?$|(^|\/)(fixtures|testing)\/|(^|\/)testing\.ts$|^(e2e|bench|scripts)\/|^prisma\/migrate\.mjs$|\.config\.(ts|mjs|js)$/,
    packages: ['@graft/*'],
    why: '',
  },
  ...graphRooms(),
  {
    name: 'runtime/graph',
    files: /^runtime\/graph\//,
    packages: [],
    externals: ['zod'],
    stay: /^runtime\/graph\//,
    why: PURE,
  },
  {
    name: 'runtime/kit',
    files: /^runtime\/kit\//,
    packages: [],
    forbidden: [...ENGINES, ...REACT],
    stay: /^runtime\/kit\//,
    why: 'runtime/kit holds helpers for Node that more than one package needs: it knows Node and libraries only',
  },
  {
    name: 'a node definition',
    files: /^nodes\/[^/]+\/node\.ts$/,
    packages: ['@graft/graph'],
    externals: ['zod'],
    stay: /^nodes\/({folder}\/|kit\/[a-z]+\/definition\.ts$)/,
    why: 'a node definition is pure data that the browser and the worker share: it imports runtime/graph and zod; what several share is in nodes/kit/*/definition.ts',
  },
  {
    name: 'what node definitions share',
    files: /^nodes\/kit\/[a-z]+\/definition\.ts$/,
    packages: ['@graft/graph'],
    externals: ['zod'],
    stay: /^nodes\/kit\/[a-z]+\/definition\.ts$/,
    why: 'node definitions import it, so it is as pure as they are: runtime/graph and zod',
  },
  {
    name: 'the UI kit',
    files: /^nodes\/kit\/ui\//,
    packages: ['@graft/graph'],
    externals: [...REACT, 'zod', 'uplot'],
    stay: /^nodes\/kit\/ui\//,
    why: 'the UI kit draws values of runtime/graph with React and knows no node',
  },
  {
    name: 'a preview',
    files: /^nodes\/[^/]+\/.*\.tsx$/,
    packages: ['@graft/graph', '@graft/nodes/kit/ui'],
    externals: [...REACT, 'zod'],
    stay: /^nodes\/({folder}|kit\/ui)\//,
    why: 'a preview imports its own node.ts, React and the UI kit; no node imports another node',
  },
  {
    name: 'a node implementation',
    files: /^nodes\/[^/]+\/.*\.ts$/,
    packages: ['@graft/graph'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^nodes\/({folder}|kit\/(asking|evaluation|export|remote|text|training|web))\//,
    why: 'a node implementation imports its own node.ts and interfaces of runtime/graph; backends arrive through the context, and no node imports another node; logic that several need is in nodes/kit',
  },
  {
    name: 'runtime/engine',
    files: /^runtime\/engine\//,
    packages: ['@graft/graph', '@graft/kit'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^runtime\/engine\//,
    why: 'runtime/engine meets stores and backends through interfaces of runtime/graph; they are joined in runtime/worker and runtime/workspace',
  },
  {
    name: 'runtime/store',
    files: /^runtime\/store\//,
    packages: ['@graft/graph', '@graft/kit', '@graft/prisma'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^runtime\/store\//,
    why: 'runtime/store implements interfaces of runtime/graph over files and prisma, and knows no engine, backend or node',
  },
  {
    name: 'runtime/backends',
    files: /^runtime\/backends\//,
    packages: ['@graft/graph', '@graft/kit'],
    forbidden: REACT,
    stay: /^runtime\/backends\//,
    why: 'runtime/backends implements interfaces of runtime/graph, and knows no engine, store or node',
  },
  {
    name: 'runtime/training',
    files: /^runtime\/training\//,
    packages: ['@graft/graph', '@graft/kit'],
    forbidden: REACT,
    stay: /^runtime\/training\/(?!testing\/)/,
    why: 'runtime/training implements interfaces of runtime/graph, and knows no engine, store or node; only tests import its testing/',
  },
  {
    name: 'runtime/worker',
    files: /^runtime\/worker\//,
    packages: [
      '@graft/graph',
      '@graft/kit',
      '@graft/engine',
      '@graft/store',
      '@graft/backends',
      '@graft/training',
      '@graft/nodes/runs',
    ],
    forbidden: REACT,
    stay: /^runtime\/worker\//,
    why: 'runtime/worker is the processes that host native code: it joins engines and backends, and knows no app, no preview and not the workspace that starts it',
  },
  {
    name: 'runtime/workspace',
    files: /^runtime\/workspace\//,
    packages: [
      '@graft/graph',
      '@graft/kit',
      '@graft/engine',
      '@graft/store',
      '@graft/backends/access',
      '@graft/backends/catalogue',
      '@graft/backends/probe',
      '@graft/backends/remote',
      '@graft/worker',
      '@graft/prisma',
      '@graft/nodes/definitions',
    ],
    forbidden: [...ENGINES, ...REACT],
    stay: /^runtime\/workspace\//,
    why: "runtime/workspace is the server's side of a workspace: native code is in the processes of runtime/worker",
  },
  {
    name: 'prisma',
    files: /^prisma\//,
    packages: ['@graft/graph', '@graft/kit'],
    forbidden: [...ENGINES, ...REACT],
    stay: /^prisma\//,
    why: 'prisma is the database and its tables, and knows of the workspace only runtime/graph',
  },
  {
    name: 'the headless page',
    files: /^apps\/view\//,
    packages: ['@graft/graph'],
    externals: ['zustand', 'zundo'],
    stay: /^apps\/view\//,
    why: 'apps/view is what the page is made of without React, DOM or network: the server reads it, and tests run it alone',
  },
  {
    name: 'the web server',
    files: /^apps\/web\/server\//,
    packages: [
      '@graft/graph',
      '@graft/kit',
      '@graft/nodes/definitions',
      '@graft/nodes/kit/amounts',
      '@graft/nodes/kit/curves',
      '@graft/view',
      '@graft/workspace',
    ],
    forbidden: [...ENGINES, ...REACT],
    stay: /^apps\/web\/server\//,
    why: 'inference and training code never enters the server process, nor does the page: of that it reads apps/view only',
  },
  {
    name: 'apps/web/kit',
    files: /^apps\/web\/kit\//,
    packages: ['@graft/graph', '@graft/view', '@graft/nodes/kit/ui'],
    forbidden: [...ENGINES, 'node:*', '@trpc/*', '@tanstack/react-query'],
    stay: /^apps\/web\/kit\//,
    why: 'the kit holds UI parts that know no feature and no server: what they show is passed in, or read from apps/view',
  },
  {
    name: 'apps/web/api',
    files: /^apps\/web\/api\//,
    packages: ['@graft/graph', '@graft/view', '@graft/nodes/kit/ui'],
    forbidden: [...ENGINES, 'node:*'],
    stay: /^apps\/web\/(api\/|server\/router\/index\.ts$)/,
    why: 'api is the client of the server: it knows the types of the server and apps/view, and no part of the screen',
  },
  {
    name: 'a feature of the page',
    files: /^apps\/web\/features\//,
    packages: ['@graft/graph', '@graft/view', '@graft/nodes/previews', '@graft/nodes/kit/ui'],
    forbidden: [...ENGINES, 'node:*'],
    stay: /^apps\/web\/(features\/{feature}|kit|api)\//,
    why: 'features are strangers to each other: they meet through apps/view and its commands and actions, share kit and api, and the shell puts them together',
  },
  {
    name: 'the shell of the page',
    files: /^apps\/web\/shell\//,
    packages: ['@graft/graph', '@graft/view', '@graft/nodes/kit/ui'],
    forbidden: [...ENGINES, 'node:*'],
    stay: /^apps\/web\/(shell|features|kit|api)\//,
    why: 'the shell puts features, kit and api together, and gets the node types as a value',
  },
  {
    name: 'what the page loads first',
    files: /^apps\/web\/app\/load\.ts$/,
    packages: ['@graft/nodes/definitions'],
    forbidden: [...ENGINES, 'node:*'],
    stay: /^apps\/web\//,
    why: 'it hands the node types to everything else, and does nothing itself',
  },
  {
    name: 'the web app in the browser',
    files: /^apps\/web\/.*\.tsx?$/,
    packages: ['@graft/graph', '@graft/view', '@graft/nodes/previews', '@graft/nodes/kit/ui'],
    forbidden: [...ENGINES, 'node:*'],
    stay: /^apps\/web\//,
    why: 'the browser bundle holds runtime/graph and previews, and gets its node types as a value; everything else stays on the server',
  },
  {
    name: 'the command line',
    files: /^apps\/cli\//,
    packages: [
      '@graft/graph',
      '@graft/kit',
      '@graft/worker',
      '@graft/workspace',
      '@graft/backends/catalogue',
      '@graft/backends/probe',
      '@graft/nodes/definitions',
      '@graft/web/server',
    ],
    forbidden: ENGINES,
    stay: /^apps\/cli\//,
    why: 'the command line reaches the runtime through runtime/workspace, so that its start stays quick',
  },
];
