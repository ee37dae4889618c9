import { defineConfig } from 'vite';

// `make` builds into build/console; the files become part of the program from there.
export default defineConfig({
  resolve: { alias: { '~': '/src' } },
  esbuild: { jsx: 'automatic', jsxImportSource: 'preact', legalComments: 'none' },
  build: {
    outDir: '../build/console',
    emptyOutDir: true,
    target: ['es2022', 'chrome110', 'firefox115', 'safari16'],
    // The content security policy allows neither inline scripts nor data addresses.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
  },
  // For work on the pages: `npm run dev` beside a running `adwright serve`.
  server: { proxy: { '^/(api|files|oauth|icon.svg)': 'http://127.0.0.1:8080' } },
});
