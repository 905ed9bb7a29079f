/** Loads the page anew when the server hands out other scripts than those that run: nobody stands at a wall to do it. */

const EVERY_MS = 60_000;
const SCRIPT = /<script[^>]*\bsrc="([^"]+)"/;

function running(): string | null {
  return document.querySelector("script[src]")?.getAttribute("src") ?? null;
}

/** The entry script of the page as it is served now; null where it cannot be told. */
async function served(): Promise<string | null> {
  const page = await fetch(location.pathname, { cache: "no-store" }).catch(() => null);
  return page === null || !page.ok ? null : (SCRIPT.exec(await page.text())?.[1] ?? null);
}

export function keepCurrent(): void {
  setInterval(() => {
    void served().then((script) => {
      const mine = running();
      if (script !== null && mine !== null && script !== mine && !script.startsWith("/@")) location.reload();
    });
  }, EVERY_MS);
}
