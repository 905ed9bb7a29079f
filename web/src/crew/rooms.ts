/** What is read after the list stands: the other pages, and the part that asks the server and sends to it. */

import { begin as beginAsking, hurry } from "./jobs";
import { recallDuty } from "./place";
import "./rooms.css";

export { Frame } from "./Frame";
export { hurry } from "./jobs";
export { Room } from "./Room";

/** The work begins: asking, sending, and the position if the person left it on. */
export async function begin(): Promise<void> {
  beginAsking();
  await recallDuty();
  await hurry();
}
