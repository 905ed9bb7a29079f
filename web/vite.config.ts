import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Two pages: the console (index.html) and the crew's phone page (crew.html), built into the Python package. */
export default defineConfig({
  plugins: [react()],
  build: {
    outDir: "../dispatch/web/static",
    emptyOutDir: true,
    target: "es2020",
    modulePreload: { polyfill: false },
    assetsInlineLimit: 0,
    reportCompressedSize: false,
    chunkSizeWarningLimit: 1500,
    rolldownOptions: { input: { index: "index.html", crew: "crew.html" } },
  },
  server: {
    port: 8096,
    proxy: { "/api": { target: process.env.DISPATCH_API ?? "http://localhost:8095", ws: true } },
  },
});
