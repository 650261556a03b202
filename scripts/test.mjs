// npm test: installs, builds, and runs every test but the soak. The last line is `N passed, N failed, N skipped`.
import { testProject } from './test-run.mjs';

await testProject({
  vitest: { projects: ['unit', 'isolated', 'integration', 'gpu'] },
  playwright: { projects: ['screen', 'examples'] },
});
