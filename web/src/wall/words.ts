/** Texts of the wall. */

import type { Words } from "../i18n";

const zh = {
  title: (area: string) => `${area}供电服务指挥大屏`,
  plain: "供电服务指挥大屏",
  opening: "正在打开……",
  live: (age: string) => `● 实时 ${age}`,
  stale: (age: string) => `✖ 数据停在 ${age} 前,正在重连`,
  revoked: "大屏链接已失效",
  revokedHelp: "链接已被撤销或已过期。请由省监控或管理员重新生成大屏链接,并在此屏打开;链接恢复后本页会自动继续。",
  noSecret: "请打开完整的大屏链接",
  noSecretHelp: "地址中缺少链接密钥。请向省监控或管理员索取大屏链接,在此屏打开。",
  page: (n: number, of: number) => `第 ${n} 页,共 ${of} 页`,
  seconds: (n: number) => `${n} 秒`,
};

const en = {
  title: (area: string) => `${area} service command`,
  plain: "Service command wall",
  opening: "Opening …",
  live: (age: string) => `● live ${age}`,
  stale: (age: string) => `✖ data are ${age} old, reconnecting`,
  revoked: "This wall link is no longer valid",
  revokedHelp: "It was revoked or has expired. Ask the province monitor or an administrator for a new one and open it here; this page goes on by itself if the link comes back.",
  noSecret: "Open the whole wall link",
  noSecretHelp: "The secret is missing in the address. Ask the province monitor or an administrator for the link.",
  page: (n: number, of: number) => `page ${n} of ${of}`,
  seconds: (n: number) => `${n} s`,
};

export const wallWords: Words<typeof zh> = { zh, en };
