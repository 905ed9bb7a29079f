/** Two themes: dark for control rooms, light for offices. The choice is this PC's. */

import { Store, useStore } from "../lib/store";

export type Theme = "dark" | "light";

const KEPT = "theme";

function first(): Theme {
  const kept = localStorage.getItem(KEPT);
  return kept === "light" || kept === "dark" ? kept : "dark";
}

export const theme = new Store<Theme>(first());

export function dress(chosen: Theme): void {
  localStorage.setItem(KEPT, chosen);
  document.documentElement.dataset.theme = chosen;
  theme.set(chosen);
}

export function useTheme(): Theme {
  return useStore(theme);
}

/** The value of a variable of `base.css`, for what is drawn on a canvas. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();
}
