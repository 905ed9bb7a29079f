/** A filled table of declarations: checked with what it would do, then brought in. */

import { answered, api } from "../api/client";
import { once } from "../forms/act";
import { Upload } from "../forms/Upload";
import { useWords } from "../i18n";
import { depotWords } from "./words";

export function SheetUpload({ onClose, onDone }: { onClose: () => void; onDone: () => void }): React.JSX.Element {
  const texts = useWords(depotWords);
  return (
    <Upload
      title={texts.upload}
      asked={[{ name: "reason", label: texts.reason, kind: "line", most: 200, hint: texts.reasonNeeded }]}
      onClose={onClose}
      onDone={onDone}
      send={async (content, { reason }, dry, key) => {
        const body = { content, reason: String(reason ?? ""), dry_run: dry };
        const made = await answered(api.POST("/api/v1/capacity/sheets", { params: { header: once(key) }, body }));
        const lost = made.moved.length + made.reoffered.length;
        return (
          <div className="stack">
            <p>{made.kept ? texts.sheetKept : texts.sheetDry}</p>
            <p>{texts.sheetTold(made.rows, made.same, made.declared.length)}</p>
            {lost > 0 ? <p>{texts.sheetLost(lost)}</p> : null}
          </div>
        );
      }}
    />
  );
}
