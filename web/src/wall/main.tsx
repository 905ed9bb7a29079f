/** The wall's entrance: the secret leaves the address before anything is drawn. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import "../theme/base.css";
import { watch } from "./session";
import { keepCurrent } from "./version";
import { Wall } from "./Wall";

const LATER_MS = 30_000;

document.documentElement.dataset.theme = "dark";
void watch();
keepCurrent();
const queries = new QueryClient({ defaultOptions: { queries: { retry: true, retryDelay: (tried) => Math.min(LATER_MS, 1_000 * 2 ** tried) } } });
const root = document.getElementById("root");
if (root === null) throw new Error("the page has no root");
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      <Wall />
    </QueryClientProvider>
  </StrictMode>,
);
