/** The wall's entrance: everything it asks for bears the token of the address. */

import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";

import { api } from "../api/client";
import "../theme/base.css";
import { bearer, watch } from "./session";
import { keepCurrent } from "./version";
import { Wall } from "./Wall";

const LATER_MS = 30_000;

document.documentElement.dataset.theme = "dark";
api.use({
  onRequest({ request }) {
    request.headers.set("Authorization", bearer());
    return request;
  },
});
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
