/** Texts of the wall. */

import type { Words } from "../i18n";

const zh = {
  title: (area: string) => `${area}供电服务指挥大屏`,
  plain: "供电服务指挥大屏",
  opening: "正在打开……",
  live: (age: string) => `● 实时 ${age}`,
  stale: (age: string) => `✖ 数据停在 ${age} 前,正在重连`,
  revoked: "大屏链接已失效",
  revokedHelp: "令牌已被吊销或已过期。请管理员为大屏账号发放新令牌,把新链接(/wall#令牌)在此屏打开。",
  noSecret: "请打开完整的大屏链接",
  noSecretHelp: "地址应为 /wall#令牌。请管理员新建“大屏”账号并发放令牌。",
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
  revokedHelp: "Its token was revoked or has expired. Ask the administrator for a new one and open /wall#TOKEN here.",
  noSecret: "Open the whole wall link",
  noSecretHelp: "The address reads /wall#TOKEN. Ask the administrator for an account of the role WALL and a token.",
  page: (n: number, of: number) => `page ${n} of ${of}`,
  seconds: (n: number) => `${n} s`,
};

export const wallWords: Words<typeof zh> = { zh, en };
