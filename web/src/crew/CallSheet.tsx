/** A customer's number, asked for at this tap and forgotten when the sheet closes; the server keeps who looked. */

import { useEffect, useState } from "react";

import type { Schemas } from "../api/client";
import { useWords } from "../i18n";
import { ask } from "./ask";
import { Icon } from "./Icon";
import { ICONS } from "./paths";
import { saying } from "./saying";
import { Sheet } from "./Sheet";
import { roomWords } from "./roomWords";

/** The numbers that called about a ticket. */
export async function numbersOf(ticket: string): Promise<string[]> {
  const { data } = await ask<Schemas["TicketContact"]>(`/tickets/${ticket}/contact`);
  return data.calls.map((call) => call.phone);
}

/** The number of a booked visit's customer. */
export async function numberOf(booking: string): Promise<string[]> {
  const { data } = await ask<Schemas["BookingContact"]>(`/bookings/${booking}/contact`);
  return data.phone === null ? [] : [data.phone];
}

interface Props {
  id: string;
  masked?: string;
  load: (id: string) => Promise<string[]>;
  onClose: () => void;
}

export function CallSheet({ id, masked = "", load, onClose }: Props): React.JSX.Element {
  const t = useWords(roomWords);
  const [numbers, setNumbers] = useState<readonly string[] | null>(null);
  const [wrong, setWrong] = useState<string | null>(null);
  useEffect(() => {
    let gone = false;
    load(id).then(
      (found) => gone || setNumbers([...new Set(found.filter((number) => number !== ""))]),
      (error: unknown) => gone || setWrong(saying(error)),
    );
    return () => {
      gone = true;
    };
  }, [id, load]);
  return (
    <Sheet title={t.callTitle} onClose={onClose}>
      <p className="soft">{masked}</p>
      {wrong === null ? null : (
        <p className="wrong" role="alert">
          ✖ {wrong}
        </p>
      )}
      {numbers === null && wrong === null ? <p role="status">{t.calling}</p> : null}
      {numbers?.length === 0 ? <p>{t.callNone}</p> : null}
      {(numbers ?? []).map((number) => (
        <a key={number} className="big" href={`tel:${number}`}>
          <Icon path={ICONS.phone} /> {`${t.dial} ${number}`}
        </a>
      ))}
      {numbers === null || numbers.length === 0 ? null : <p className="soft">{t.callNote}</p>}
    </Sheet>
  );
}
