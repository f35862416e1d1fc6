import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** Vite's own defaults, except that it adds no polyfill for browsers that the page does not support either. */
export default defineConfig({
  plugins: [react()],
  build: { target: "es2022", modulePreload: { polyfill: false } },
});
