/**
 * Photos: a picture of the camera is made small on the phone and stamped with ticket and time; what was sent is known by
 * the server's name, what waits by the phone's.
 */

import type { Schemas } from "../api/client";
import { Store } from "../lib/store";
import { full } from "../lib/format";
import { ask } from "./ask";
import { shelf } from "./desk";
import { isWaiting, type Item } from "./items";

export const LONGEST = 1_600; // pixels
const QUALITY = 0.82;

type Shown = Schemas["PhotoShown"];
export type Sent = Pick<Shown, "id" | "taken_at">;

/** ticket -> its photos as the server has them. */
export const pictures = new Store<ReadonlyMap<string, readonly Sent[]>>(new Map());

export class NotPicture extends Error {}

/** Width and height when the longest side is brought down to the limit. */
export function fitting(width: number, height: number): { width: number; height: number } {
  const share = Math.min(1, LONGEST / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * share)), height: Math.max(1, Math.round(height * share)) };
}

function stamp(draw: CanvasRenderingContext2D, text: string): void {
  const { width, height } = draw.canvas;
  const band = Math.max(28, Math.round(width / 26));
  draw.fillStyle = "rgb(0 0 0 / 60%)";
  draw.fillRect(0, height - band, width, band);
  draw.fillStyle = "#fff";
  draw.font = `${Math.round(band * 0.6)}px sans-serif`;
  draw.textBaseline = "middle";
  draw.fillText(text, Math.round(band * 0.4), height - band / 2, width - band);
}

/** Makes of a picture file a JPEG that is small enough to send; throws `NotPicture`. */
export async function develop(file: Blob, ticketNo: string, at: string): Promise<ArrayBuffer> {
  const picture = await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => {
    throw new NotPicture();
  });
  const canvas = document.createElement("canvas");
  Object.assign(canvas, fitting(picture.width, picture.height));
  const draw = canvas.getContext("2d", { alpha: false });
  if (draw === null) throw new NotPicture();
  draw.imageSmoothingQuality = "high";
  draw.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  stamp(draw, `${ticketNo}  ${full(at)}`);
  const made = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  canvas.width = 0; // gives the memory back at once
  if (made === null) throw new NotPicture();
  return made.arrayBuffer();
}

function hold(ticket: string, photos: readonly Sent[]): void {
  pictures.set(new Map(pictures.get()).set(ticket, photos));
}

/** A photo was taken by the server: it counts from now on, also without a line. */
export async function noted(photo: Shown): Promise<void> {
  const before = await sentOf(photo.ticket_id);
  if (before.some((known) => known.id === photo.id)) return;
  await kept(photo.ticket_id, [...before, { id: photo.id, taken_at: photo.taken_at }]);
}

async function kept(ticket: string, photos: readonly Sent[]): Promise<void> {
  hold(ticket, photos);
  await shelf().keep(`photos/${ticket}`, photos);
}

async function sentOf(ticket: string): Promise<readonly Sent[]> {
  return pictures.get().get(ticket) ?? (await shelf().kept<Sent[]>(`photos/${ticket}`)) ?? [];
}

/** Reads which photos a ticket has: first what is known, then what the server says. */
export async function readPictures(ticket: string): Promise<void> {
  hold(ticket, await sentOf(ticket));
  const { data } = await ask<{ photos: Shown[] }>(`/tickets/${ticket}/photos`);
  await kept(
    ticket,
    data.photos.map(({ id, taken_at }) => ({ id, taken_at })),
  );
}

const MOST = 20; // that a report may name

/** The photos that a report of now names: all since the given time, those that wait by the phone's name for them. */
export function namesOf(ticket: string, sent: readonly Sent[], items: readonly Item[], since: string | null): string[] {
  const waiting = items.filter((item) => item.sort === "photo" && item.subject === ticket && isWaiting(item));
  const known = sent.filter((photo) => since === null || Date.parse(photo.taken_at) >= Date.parse(since));
  const fresh = waiting.filter((item) => since === null || Date.parse(item.at) >= Date.parse(since));
  return [...known.map((photo) => photo.id), ...fresh.map((item) => item.id)].slice(-MOST);
}
