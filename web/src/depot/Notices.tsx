/** 清单变更: what teams were told of changes of their lists; somebody says that the team knows. */

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { may, useMe } from "../api/session";
import { useAct } from "../forms/act";
import { label, useWords } from "../i18n";
import { Button } from "../kit/pieces";
import { full } from "../lib/format";
import type { Column } from "../tables/DataTable";
import { useAreas } from "../tables/areas";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { tableWords } from "../tables/words";
import { who } from "../tickets/pieces";
import { depotWords } from "./words";

type Notice = Schemas["dispatch__web__listshapes__NoticeShown"];
interface Query {
  area?: string;
  date?: string;
  seen?: boolean;
}

async function load(query: Query): Promise<Page<Notice>> {
  const { notices } = await answered(api.GET("/api/v1/worklist-notices", { params: { query } }));
  return { rows: notices, next: null };
}

export function Notices(): React.JSX.Element {
  const texts = useWords(depotWords);
  const table = useWords(tableWords);
  const me = useMe();
  const areas = useAreas();
  const { busy, run } = useAct("notices");
  const see = (id: string): void => {
    void run(() => answered(api.POST("/api/v1/worklist-notices/{notice_id}/seen", { params: { path: { notice_id: id } } })), texts.seenDone);
  };
  const columns: Column<Notice>[] = [
    { key: "team", title: texts.team, frozen: "left", render: (notice) => notice.team || areas.name(notice.depot) },
    { key: "depot", title: texts.depot, render: (notice) => areas.name(notice.depot) },
    { key: "date", title: texts.date, render: (notice) => <span className="nowrap">{notice.date} {label(names.Half, notice.half)}</span> },
    { key: "text", title: texts.text, render: (notice) => notice.text },
    { key: "told", title: texts.told, render: (notice) => <span className="nowrap">{full(notice.told_at)}</span> },
    { key: "seen", title: texts.seen, render: (notice) => (notice.seen_at ? `${full(notice.seen_at)} ${who(notice.seen_by ?? "")}` : "—") },
    { key: "act", title: table.actions, frozen: "right", render: (notice) => (notice.seen_at === null && may(me, "worklist.seen") ? <Button disabled={busy} onClick={() => see(notice.id)}>{texts.see}</Button> : null) },
  ];
  return (
    <ListView
      name="notices"
      label={texts.tabs.notices}
      columns={columns}
      load={load}
      idOf={(notice) => notice.id}
      initial={{} as Query}
      filters={[
        { name: "area", label: table.area, kind: "area", down: "depot" },
        { name: "date", label: texts.date, kind: "day" },
        { name: "seen", label: texts.alsoSeen, kind: "flag" },
      ]}
      exported="worklist-notices"
    />
  );
}
