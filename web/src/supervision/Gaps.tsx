/** 告知缺口: counties in which a warning would not reach all whom it is for. */

import { answered, api, type Schemas } from "../api/client";
import * as names from "../api/labels.gen";
import { label, useWords } from "../i18n";
import type { Column } from "../tables/DataTable";
import { ListView } from "../tables/ListView";
import type { Page } from "../tables/listing";
import { tableWords } from "../tables/words";
import { supervisionWords } from "./words";

type Gap = Schemas["Gaps"]["areas"][number];
interface Query {
  area?: string;
}

async function load(query: Query): Promise<Page<Gap>> {
  const { areas } = await answered(api.GET("/api/v1/supervision/contacts", { params: { query } }));
  return { rows: areas, next: null };
}

export function Gaps(): React.JSX.Element {
  const texts = useWords(supervisionWords);
  const table = useWords(tableWords);
  const columns: Column<Gap>[] = [
    { key: "area", title: texts.area, frozen: "left", render: (gap) => gap.name },
    { key: "missing", title: texts.missing, render: (gap) => gap.missing.map((each) => label(names.Addressee, each)).join("、") || "—" },
    { key: "depots", title: texts.depots, render: (gap) => gap.depots.join("、") || "—" },
    { key: "crews", title: texts.crews, right: true, render: (gap) => gap.crews, sort: (one, other) => one.crews - other.crews },
  ];
  return <ListView name="contact-gaps" label={texts.tabs.contacts} columns={columns} load={load} idOf={(gap) => gap.area} exported="contact-gaps" initial={{} as Query} filters={[{ name: "area", label: table.area, kind: "area" }]} />;
}
