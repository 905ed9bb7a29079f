/** Where in the console one is: `#/desk`, `#/ticket/<id>`. No router is needed; nothing personal is ever in the address. */

import { held, leave } from "./leaving";
import { Store, useStore } from "./store";

export interface Route {
  screen: string;
  rest: readonly string[];
}

function read(): Route {
  const [screen = "", ...rest] = location.hash.replace(/^#\/?/, "").split("/").map(decoded);
  return { screen, rest };
}

/** What is no proper encoding (a mangled link) stays as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const route = new Store<Route>(read());
window.addEventListener("hashchange", (event) => {
  if (!held() || event.newURL === event.oldURL) {
    route.set(read());
    return;
  }
  const wanted = location.hash;
  history.replaceState(null, "", event.oldURL); // one stays here until one has answered
  leave(() => {
    location.hash = wanted;
  });
});

export function useRoute(): Route {
  return useStore(route);
}

export function go(screen: string, ...rest: readonly string[]): void {
  location.hash = `/${[screen, ...rest].map(encodeURIComponent).join("/")}`;
}
