/** What a refusal says in the server's words; without a line, in ours. */

import { ApiError } from "../api/errors";
import { words } from "../i18n";
import { crewWords } from "./words";

export function saying(error: unknown): string {
  const t = words(crewWords);
  if (error instanceof ApiError) return error.status === 0 ? t.unreachable : error.message;
  return t.failed;
}
