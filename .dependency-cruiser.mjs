/**
 * Part of npm run check: no file imports itself through others, imports of types included, and what draws edges has one
 * entry. scripts/lint/zones.mjs says which folder may import which.
 *
 * @type {import('dependency-cruiser').IConfiguration}
 */
export default {
  forbidden: [
    {
      name: 'no-import-cycle',
      severity: 'error',
      comment: 'Move what both files need into a file below them.',
      from: {},
      to: { circular: true },
    },
    {
      name: 'edges-by-their-entry',
      severity: 'error',
      comment: 'Import what draws edges from apps/web/features/canvas/edges/edges.ts.',
      from: { pathNot: '^apps/web/features/canvas/edges/' },
      to: { path: '^apps/web/features/canvas/edges/(?!edges\\.ts$)' },
    },
  ],
  options: {
    // Imports of types count.
    tsPreCompilationDeps: true,
    includeOnly: '^(runtime|nodes|prisma|apps|bench|e2e|scripts)/',
    exclude: '/(node_modules|dist|out|\\.next)/',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js'],
    },
    skipAnalysisNotInRules: true,
  },
};
