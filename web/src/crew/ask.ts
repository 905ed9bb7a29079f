/** Requests of the crew page: small, and never waiting for anybody. A session that is over is marked, the queue waits. */

import { refusal, unreachable } from "../api/errors";
import { session } from "../api/session";

export interface Asking {
  method?: "GET" | "POST" | "DELETE";
  body?: unknown;
  file?: ArrayBuffer;
  headers?: Readonly<Record<string, string>>;
}

const PATIENCE_MS = 20_000;
const PHOTO_PATIENCE_MS = 120_000; // a slow line is no reason to begin anew

export interface Reply<T> {
  data: T;
}

function packed({ body, file, headers = {}, method = "GET" }: Asking): RequestInit {
  if (file !== undefined) return { method, body: file, headers: { "Content-Type": "image/jpeg", ...headers } };
  if (body === undefined) return { method, headers };
  return { method, body: JSON.stringify(body), headers: { "Content-Type": "application/json", ...headers } };
}

/** Asks under /api/v1; throws the server's refusal, or `Unreachable`. */
export async function ask<T>(path: string, asking: Asking = {}): Promise<Reply<T>> {
  const patience = asking.file === undefined ? PATIENCE_MS : PHOTO_PATIENCE_MS;
  const signal = AbortSignal.timeout(patience);
  const response = await fetch(`/api/v1${path}`, { ...packed(asking), signal, cache: "no-store" }).catch(() => {
    throw unreachable();
  });
  const text = await response.text().catch(() => {
    throw unreachable();
  });
  const data: unknown = readJson(text);
  if (response.ok) return { data: data as T };
  if (response.status === 401) session.set({ ...session.get(), lost: true });
  throw refusal(response.status, data);
}

function readJson(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return null;
  }
}
