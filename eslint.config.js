import js from '@eslint/js';
import tseslint from 'typescript-eslint';
import { allowedImports } from './scripts/lint/allowed-imports.mjs';
import { fileNames } from './scripts/lint/file-names.mjs';

const graft = { rules: { 'allowed-imports': allowedImports, 'file-names': fileNames } };

const NODE_GLOBALS = Object.fromEntries(
  [
    'process',
    'console',
    'URL',
    'Buffer',
    'AbortController',
    'AbortSignal',
    'setTimeout',
    'clearTimeout',
    'setInterval',
    'clearInterval',
    'fetch',
    'TextDecoder',
    'TextEncoder',
    'performance',
    'structuredClone',
    'WebAssembly',
  ].map((name) => [name, 'readonly']),
);

export default tseslint.config(
  {
    ignores: [
      '**/node_modules/**',
      '**/dist/**',
      '**/out/**',
      '**/.next/**',
      '**/*.gen.ts',
      '**/next-env.d.ts',
      '**/fixtures/**',
      'test-results/**',
      'playwright-report/**',
    ],
  },
  js.configs.recommended,
  ...tseslint.configs.recommended,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { graft },
    rules: {
      'no-self-compare': 'error',
      'no-duplicate-imports': 'error',
      'graft/allowed-imports': 'error',
      'graft/file-names': 'error',
      'max-lines': ['error', { max: 400 }],
      '@typescript-eslint/max-params': ['error', { max: 3 }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', caughtErrorsIgnorePattern: '^_' },
      ],
      eqeqeq: 'error',
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'process.env is read in one env.ts per app: import the setting from there.',
        },
      ],
    },
  },
  {
    files: ['**/*.ts', '**/*.tsx'],
    languageOptions: {
      parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      'no-restricted-syntax': [
        'error',
        {
          selector:
            ':matches(PropertyDefinition, MethodDefinition[kind!="constructor"])[accessibility="private"]',
          message: 'Private members are #private: the language keeps them, not the compiler.',
        },
        {
          selector:
            'Program > :matches(VariableDeclaration, ExportNamedDeclaration > VariableDeclaration) > VariableDeclarator[id.name=/^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$|^[A-Z]{3,}$/]',
          message: 'Constants are named in camelCase, like everything else.',
        },
        {
          selector:
            'IfStatement:has(> ReturnStatement, > BlockStatement > ReturnStatement) ~ * CallExpression[callee.name=/^use[A-Z]/]',
          message:
            'A hook behind an early return is called at some times and not at others, which React breaks off.',
        },
      ],
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/switch-exhaustiveness-check': [
        'error',
        { considerDefaultExhaustiveForUnions: true },
      ],
    },
  },
  {
    // The one place per app that reads the environment; tests and tools of the house may too.
    files: [
      '**/env.ts',
      '**/*.test.ts',
      '**/testing/**',
      '**/*.config.ts',
      'scripts/**',
      'e2e/**',
      '**/*.mjs',
    ],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    files: ['**/*.test.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        ...['waitFor', 'waitUntil'].map((property) => ({
          ...{ object: 'vi', property },
          message: 'It gives up after a second: wait with expect.poll, see vitest.config.ts.',
        })),
      ],
    },
  },
  {
    // Playwright reads which fixtures a function needs from its first parameter's pattern.
    files: ['e2e/**'],
    rules: { 'no-empty-pattern': ['error', { allowObjectPatternsAsParameters: true }] },
  },
  {
    // runItems(ctx, batch, inputs, params) is the contract of every map-type node.
    files: ['nodes/*/run.ts', 'runtime/engine/testing.ts', 'runtime/engine/items/*.test.ts'].concat(
      'runtime/workspace/testing/test-worker.ts',
    ),
    rules: { '@typescript-eslint/max-params': ['error', { max: 4 }] },
  },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: NODE_GLOBALS } },
);
