import tailwindcss from "@tailwindcss/vite";
import { defineConfig } from "vite";

export default defineConfig({
  // The pages stand below the path of the server's URL, which the build does not know.
  base: "./",
  plugins: [tailwindcss()],
  build: {
    outDir: "../dist/console",
    emptyOutDir: true,
    // Neither data URLs nor inline scripts: the policy of the pages allows files of their own alone.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // "use client" is for bundlers that render on a server; here all is the client.
    rolldownOptions: { checks: { moduleLevelDirective: false } },
    license: { fileName: "LICENSES.md" },
  },
});
