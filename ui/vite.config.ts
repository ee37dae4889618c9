import { defineConfig, type Plugin } from 'vite';

/** start.ts asks for the program; the page says so already, so that both come together. */
const preloadMain: Plugin = {
  name: 'preload-main',
  transformIndexHtml: {
    order: 'post',
    handler: (_html, { bundle }) =>
      Object.values(bundle ?? {})
        .filter((chunk) => chunk.type === 'chunk' && chunk.name === 'main')
        .map((chunk) => ({ tag: 'link', attrs: { rel: 'modulepreload', crossorigin: true, href: `/${chunk.fileName}` }, injectTo: 'head' as const })),
  },
};

/**
 * In few files what comes first: start.ts with what it asks by and the first styles, then the program
 * with the parts that most pages are made of and the dashboard, which is where people arrive.
 */
const chunks: [string, RegExp][] = [
  ['start', /\/src\/(start|api\/client|parts\/range|shell\/loaders|words\/languages|pages\/\w+\/requests)\.ts$|\/(autopilot|dashboard)\.css$|preload-helper/],
  ['main', /\/src\/(app|main|api\/|format\/|shell\/|words\/(index|say)|pages\/dashboard\/|pages\/autopilot\/(Inbox|Scope|StopBar|sentences|shapes)|pages\/settings\/(Pixels|pixels)\.)/],
  ['main', /\/src\/parts\/(store|theme|url|idle|keys|useDeed|Button|Chart|DateRange|Dialog|Field|FirstSteps|Icon|Menu|Problem|Show|Tabs|Toast)\./],
  ['main', /\/node_modules\/(preact|@tanstack\/(query-core|preact-query)|wouter-preact|regexparam)\//],
];

// `make` builds into build/console; the files become part of the program from there.
export default defineConfig({
  plugins: [preloadMain],
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
    rollupOptions: { output: { manualChunks: (id) => chunks.find(([, modules]) => modules.test(id))?.[0] } },
  },
  // For work on the pages: `npm run dev` beside a running `adwright serve`.
  server: { proxy: { '^/(api|files|oauth|icon.svg)': 'http://127.0.0.1:8080' } },
});
