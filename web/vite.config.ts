import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const CONSOLE: Record<string, string> = { index: "index.html", wall: "wall.html" };
const CREW: Record<string, string> = { crew: "crew.html" };

// The crew's page is loaded over poor lines: the small twin of React draws it. What it lacks (hydration, server parts) is not used.
const SMALL = [
  { find: /^react\/jsx-runtime$/, replacement: "preact/jsx-runtime" },
  { find: /^react-dom\/client$/, replacement: "preact/compat/client" },
  { find: /^react(-dom)?$/, replacement: "preact/compat" },
];

/**
 * Three pages, built into the Python package: the console (index.html) and the wall (wall.html) together, the crew's phone
 * page (crew.html) apart in mode `crew`, after them: it shares no part with them, so that its first load stays small.
 */
export default defineConfig(({ mode }) => ({
  plugins: [react()],
  resolve: { alias: mode === "crew" ? SMALL : [] },
  build: {
    outDir: "../dispatch/web/static",
    emptyOutDir: mode !== "crew",
    target: "es2020",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: mode === "crew" ? CREW : CONSOLE },
  },
  server: {
    port: 8096,
    proxy: { "/api": { target: process.env.DISPATCH_API ?? "http://localhost:8095", ws: true } },
  },
}));
