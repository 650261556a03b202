import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import type { Report } from './report.ts';
import { ReportView } from './report-view.tsx';

// The page's content policy forbids code from strings, which zod would otherwise try for speed.
config({ jitless: true });

const root = document.getElementById('report');
const data = document.getElementById('report-data')?.textContent;
if (root !== null && data !== undefined) {
  // Graft wrote it into this very file: see `reportPage`.
  const report = JSON.parse(data) as Report;
  createRoot(root).render(<ReportView report={report} />);
}
