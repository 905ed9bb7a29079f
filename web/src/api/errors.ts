/** What the server refuses, as it says it: `{"error": {code, message, field, details}}`, the message in Chinese. */

export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly field: string | null;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(status: number, code: string, message: string, field: string | null = null, details: Record<string, unknown> = {}) {
    super(message);
    this.name = "ApiError";
    this.status = status;
    this.code = code;
    this.field = field;
    this.details = details;
  }

  /** The same request may be sent again as it is: nobody has said no. */
  get passing(): boolean {
    return this.status === 0 || this.status === 429 || this.status === 502 || this.status === 503 || this.status === 504;
  }
}

/** Reads a refusal's body; what is no such body (a proxy's page) keeps the status. */
export function refusal(status: number, body: unknown): ApiError {
  const error = (body as { error?: Record<string, unknown> } | null)?.error;
  if (error === undefined || typeof error.message !== "string") {
    return new ApiError(status, "Unreadable", `HTTP ${status}`);
  }
  const field = typeof error.field === "string" ? error.field : null;
  return new ApiError(status, String(error.code), error.message, field, (error.details ?? {}) as Record<string, unknown>);
}

/** No answer at all: the line or the server is away. */
export function unreachable(): ApiError {
  return new ApiError(0, "Unreachable", "");
}
