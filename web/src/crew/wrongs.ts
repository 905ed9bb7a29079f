/** Brings what is wrong with an open form into sight, once it is drawn. */

export function showWrong(): void {
  setTimeout(() => document.querySelector("dialog[open] .wrong")?.scrollIntoView({ block: "center" }), 50);
}
