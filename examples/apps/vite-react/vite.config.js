import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// No polyfill and no alias: the SDK needs no global Buffer.
export default defineConfig({ plugins: [react()] });
