/** Starts the page. */
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { loadPageConfig } from "./config/page-config";
import "./styles/tokens.css";
import "./styles/base.css";
import "./styles/components.css";
import "./styles/milepost.css";

createRoot(document.getElementById("root")!).render(
  <StrictMode>
    <App config={loadPageConfig((url, options) => fetch(url, options))} />
  </StrictMode>,
);
