/**
 * Calls on their way to the server. One that finds nobody there waits, visibly, and is sent again with the same key, so
 * that it is kept once; one that is refused is kept until somebody has put it right. All of it is in memory only.
 */

export type OrderState = "sending" | "waiting" | "refused" | "done";

export interface Order<Sent, Answer> {
  key: string; // Idempotency-Key, the same for every try
  sent: Sent;
  state: OrderState;
  answer: Answer | null;
  error: unknown;
  tries: number;
  slow: boolean; // nobody has answered for so long that the seat goes on without
}

interface Post<Sent, Answer> {
  deliver: (key: string, sent: Sent) => Promise<Answer>;
  isPassing: (error: unknown) => boolean; // nobody has said no: the same may be sent again
  changed: (orders: readonly Order<Sent, Answer>[]) => void;
  later: (act: () => void, ms: number) => void;
}

const PATIENCE_MS = [1_000, 2_000, 4_000, 8_000, 15_000] as const;

export class Outbox<Sent, Answer> {
  readonly #post: Post<Sent, Answer>;
  readonly #underWay = new Set<string>();
  #orders: readonly Order<Sent, Answer>[] = [];

  constructor(post: Post<Sent, Answer>) {
    this.#post = post;
  }

  get orders(): readonly Order<Sent, Answer>[] {
    return this.#orders;
  }

  /** Sends; resolves with what became of the first try. A call that waits is sent again by itself. */
  async send(key: string, sent: Sent): Promise<Order<Sent, Answer>> {
    const order: Order<Sent, Answer> = { key, sent, state: "sending", answer: null, error: null, tries: 0, slow: false };
    this.#orders = [...this.#orders, order];
    this.#tell();
    return this.#attempt(order);
  }

  /** What waits is sent now: the line is back. */
  hurry(): void {
    for (const order of this.#orders) if (order.state === "waiting") void this.#attempt(order);
  }

  /** The seat goes on without an answer. */
  slow(key: string): void {
    const order = this.#orders.find((one) => one.key === key);
    if (order?.state === "sending") this.#set(order, { slow: true });
  }

  drop(key: string): void {
    this.#orders = this.#orders.filter((order) => order.key !== key);
    this.#tell();
  }

  async #attempt(order: Order<Sent, Answer>): Promise<Order<Sent, Answer>> {
    if (this.#underWay.has(order.key)) return order;
    this.#underWay.add(order.key);
    let now = this.#set(order, { tries: order.tries + 1 });
    try {
      const answer = await this.#post.deliver(order.key, order.sent);
      now = this.#set(now, { state: "done", answer, error: null });
      this.#orders = [...this.#orders.filter((one) => one.key !== order.key), now]; // the latest answer stands last
      this.#tell();
    } catch (error) {
      const passing = this.#post.isPassing(error);
      now = this.#set(now, { state: passing ? "waiting" : "refused", error });
      if (passing) this.#again(now);
    } finally {
      this.#underWay.delete(order.key);
    }
    return now;
  }

  #again(order: Order<Sent, Answer>): void {
    const patience = PATIENCE_MS[Math.min(order.tries, PATIENCE_MS.length) - 1] ?? 1_000;
    this.#post.later(() => {
      const held = this.#orders.find((one) => one.key === order.key);
      if (held?.state === "waiting" && held.tries === order.tries) void this.#attempt(held);
    }, patience);
  }

  #set(order: Order<Sent, Answer>, change: Partial<Order<Sent, Answer>>): Order<Sent, Answer> {
    const after = { ...(this.#orders.find((one) => one.key === order.key) ?? order), ...change };
    this.#orders = this.#orders.map((one) => (one.key === order.key ? after : one));
    this.#tell();
    return after;
  }

  #tell(): void {
    this.#post.changed(this.#orders);
  }
}
