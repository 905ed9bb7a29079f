/** Files from the server: fetched first, so that a refusal is read out and not laid over the page. */

import { refusal, unreachable } from "../api/errors";
import { loggedInAgain } from "../api/session";

async function fetched(path: string): Promise<Response> {
  const response = await fetch(path).catch(() => {
    throw unreachable();
  });
  if (response.status === 401) {
    await loggedInAgain();
    return fetched(path);
  }
  if (!response.ok) throw refusal(response.status, await response.json().catch(() => null));
  return response;
}

export function nameFrom(disposition: string | null, fallback: string): string {
  const starred = /filename\*=UTF-8''([^;]+)/i.exec(disposition ?? "")?.[1];
  if (starred !== undefined) return decodeURIComponent(starred);
  return /filename="?([^";]+)"?/i.exec(disposition ?? "")?.[1] ?? fallback;
}

/** Saves what stands at a path, under the name that the server gives it. */
export async function download(path: string, fallback: string): Promise<void> {
  const response = await fetched(path);
  const url = URL.createObjectURL(await response.blob());
  const link = document.createElement("a");
  link.href = url;
  link.download = nameFrom(response.headers.get("Content-Disposition"), fallback);
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
