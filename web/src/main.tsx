/** The console's entrance. */

import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { language } from "./i18n";
import { App } from "./shell/App";
import "./theme/base.css";
import { dressForPaper } from "./theme/printing";
import { theme } from "./theme/theme";

document.documentElement.dataset.theme = theme.get();
document.documentElement.lang = language.get() === "zh" ? "zh-CN" : "en";
dressForPaper();
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
