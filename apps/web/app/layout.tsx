import '@fontsource-variable/inter';
import '@fontsource-variable/jetbrains-mono';
import './globals.css';
import type { ReactNode } from 'react';
import { themeScript } from '../kit/theme-script.ts';

const icon =
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2f6f4f"/><path d="M16 26V14M16 18c-5 0-7-3-7-8M16 14c5 0 7-3 7-8" fill="none" stroke="#fff" stroke-width="3" stroke-linecap="round"/></svg>';

export const metadata = {
  title: 'Graft',
  description: 'A visual workbench for language-model pipelines.',
  // In the page itself: a file of its own would be looked for at the root of the host.
  icons: { icon: `data:image/svg+xml,${encodeURIComponent(icon)}` },
};

export default function RootLayout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en" suppressHydrationWarning>
      <head>
        <script dangerouslySetInnerHTML={{ __html: themeScript }} />
      </head>
      <body>{children}</body>
    </html>
  );
}
