import { config } from 'zod';

// The page's content policy forbids it, and zod would otherwise try for speed, as soon as the first schema is made.
config({ jitless: true });
