/**
 * The server's interface, with the types it describes itself by.
 *
 * A request that finds the session over waits until somebody has logged in again and is sent anew: nothing typed is lost.
 */

import createClient, { type Middleware } from "openapi-fetch";

import { refusal, unreachable } from "./errors";
import type { components, paths } from "./schema.gen";
import { loggedInAgain, session, type Me } from "./session";

export type Schemas = components["schemas"];
export type Ticket = Schemas["Ticket"];

/** A request to be sent anew, and who was logged in when it was sent. */
interface Sent {
  copy: Request;
  me: Me | null | undefined;
}

const copies = new WeakMap<Request, Sent>();

const again: Middleware = {
  onRequest({ request }) {
    copies.set(request, { copy: request.clone(), me: session.get().me });
  },
  async onResponse({ request, response }) {
    if (response.status !== 401) return undefined;
    const sent = copies.get(request);
    if (sent === undefined) return undefined;
    if (sent.me === session.get().me) await loggedInAgain(); // else somebody is in again: it was the old session's answer
    return fetch(sent.copy).catch(() => {
      throw unreachable();
    });
  },
  onError() {
    return unreachable();
  },
};

export const api = createClient<paths>({ baseUrl: location.origin });
api.use(again);

interface Answered<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

/** Returns what the server answered, or throws its refusal as an `ApiError`. */
export async function answered<T>(request: Promise<Answered<T>>): Promise<T> {
  const { data, error, response } = await request;
  if (response.ok) return data as T;
  throw refusal(response.status, error);
}
