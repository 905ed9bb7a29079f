/** What waits to be sent, in its order, and what the server said of what it did not simply take. */

import { Outcome } from "../api/labels.gen";
import { label, useWords } from "../i18n";
import { full } from "../lib/format";
import { go } from "../lib/route";
import { useStore } from "../lib/store";
import { isTold, isWaiting, type Item } from "./items";
import { dismiss } from "./sending";
import { outbox } from "./state";
import { roomWords, type RoomWords } from "./roomWords";

const APART_MS = 120_000; // a phone's time that far from ours is shown beside it

function nameOf(item: Item, t: RoomWords): string {
  return item.sort === "photo" ? t.photo : t[item.kind];
}

function When({ item, t }: { item: Item; t: RoomWords }): React.JSX.Element {
  const apart = Math.abs(Date.parse(item.at) - Date.parse(item.phoneAt)) > APART_MS;
  return <span className="soft">{`${t.queuedAt(full(item.at))}${apart ? ` · ${t.phoneSaid(full(item.phoneAt))}` : ""}`}</span>;
}

/** What a person must read: refused, contradicted, or waiting for another step. */
export function ToldList({ items }: { items: readonly Item[] }): React.JSX.Element | null {
  const t = useWords(roomWords) as RoomWords;
  if (items.length === 0) return null;
  return (
    <ul className="stack" aria-label={t.queueTold}>
      {items.map((item) => (
        <li key={item.seq} className="card answer">
          <strong>{`▲ ${nameOf(item, t)} · ${label(Outcome, item.outcome)}`}</strong>
          <p>{item.sentence}</p>
          <p className="row between">
            <When item={item} t={t} />
            {item.outcome === "refused" || item.outcome === "contradiction" ? (
              <button type="button" className="link" onClick={() => void dismiss(item)}>
                {t.read}
              </button>
            ) : null}
          </p>
        </li>
      ))}
    </ul>
  );
}

export function Queue(): React.JSX.Element {
  const t = useWords(roomWords) as RoomWords;
  const items = useStore(outbox);
  const waiting = items.filter(isWaiting);
  const told = items.filter(isTold);
  return (
    <>
      <button type="button" className="link back" onClick={() => go("")}>
        ‹ {t.back}
      </button>
      <h1>{t.queue}</h1>
      {waiting.length + told.length === 0 ? <p className="empty">{t.queueEmpty}</p> : null}
      {waiting.length === 0 ? null : (
        <section aria-label={t.queueWaiting}>
          <h2>{`${t.queueWaiting} ${waiting.length}`}</h2>
          <ol className="stack">
            {waiting.map((item) => (
              <li key={item.seq} className="card">
                <strong>{nameOf(item, t)}</strong> <span className="soft">{item.title}</span>
                <br />
                <When item={item} t={t} />
              </li>
            ))}
          </ol>
        </section>
      )}
      {told.length === 0 ? null : (
        <section aria-label={t.queueTold}>
          <h2>{`${t.queueTold} ${told.length}`}</h2>
          <ToldList items={told} />
        </section>
      )}
    </>
  );
}
