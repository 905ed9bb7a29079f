/** Leaving: the session ends, and what the phone keeps of the account goes; what waits to be sent stays, sealed. */

import { ApiError } from "../api/errors";
import { ask } from "./ask";
import { shelf, tell } from "./desk";

export async function leave(): Promise<void> {
  await ask("/sessions/current", { method: "DELETE" }).catch((error: unknown) => {
    if (!(error instanceof ApiError) || error.status !== 401) throw error;
  });
  await shelf().forget();
  tell("left");
  location.hash = "";
  location.reload();
}
