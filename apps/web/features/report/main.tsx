// First: schemas are made as the modules are loaded that hold them.
import './no-code-from-strings.ts';
import { createRoot } from 'react-dom/client';
import type { Report } from '@graft/view';
import { ReportView } from './report-view.tsx';

const root = document.getElementById('report');
const data = document.getElementById('report-data')?.textContent;
if (root !== null && data !== undefined) {
  // Graft wrote it into this very file: see `reportPage`.
  const report = JSON.parse(data) as Report;
  createRoot(root).render(<ReportView report={report} />);
}
