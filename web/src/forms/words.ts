/** Texts of forms. */

import type { Words } from "../i18n";

const zh = { file: "文件(CSV 或 XLSX)", check: "检查", bring: "导入", row: "行", column: "列", fault: "问题" };
const en = { file: "File (CSV or XLSX)", check: "Check", bring: "Bring in", row: "Row", column: "Column", fault: "What is wrong" };

export const formWords: Words<typeof zh> = { zh, en };
