"""Why a file cannot be read or written, in Chinese with the remedy; what the operating system says is English."""

import errno
import stat
from collections.abc import Mapping
from pathlib import Path
from socket import gaierror

# errno -> what is the matter, and what to do
WHY: Mapping[int, str] = {
    errno.ENOENT: "没有这个文件或文件夹,请核对路径",
    errno.EISDIR: "这是文件夹,请给出文件",
    errno.ENOTDIR: "路径中间有一段不是文件夹,请核对路径",
    errno.EACCES: "没有权限,请核对权限或换一个路径",
    errno.EPERM: "没有权限,请核对权限或换一个路径",
    errno.EEXIST: "已有同名的文件或文件夹,请换一个名字",
    errno.ENOSPC: "磁盘已满,请腾出空间",
    errno.EDQUOT: "超出磁盘配额,请腾出空间",
    errno.EROFS: "磁盘是只读的,请换一个路径",
    errno.EFBIG: "文件过大,请分成几个",
    errno.ENAMETOOLONG: "文件名过长,请缩短",
    errno.ELOOP: "符号链接绕成了圈,请核对路径",
    errno.EMFILE: "打开的文件过多,请稍后再试",
    errno.ENFILE: "打开的文件过多,请稍后再试",
    errno.ETXTBSY: "文件正在使用,请稍后再试",
    errno.EBUSY: "文件正在使用,请稍后再试",
    errno.EIO: "磁盘读写出错,请检查磁盘",
    errno.ESTALE: "网络磁盘已断开,请重新挂载",
    errno.EPIPE: "接收的一端已经关闭,请让它读完,或写入文件",
    errno.EINVAL: "文件或路径不能这样使用,请核对路径",
}
PORTS: Mapping[int, str] = {
    errno.EADDRINUSE: "端口已被占用",
    errno.EADDRNOTAVAIL: "本机没有这个地址",
    errno.EACCES: "没有权限使用这个端口",
}
DAMAGED = "内容不完整或已损坏"


def reason(error: OSError) -> str:
    """Return what is wrong and the remedy; for what is not in the table its number, by which it can be looked up."""
    if error.errno is None:  # an archive that ends in the middle
        return DAMAGED
    return WHY.get(error.errno) or f"系统错误 {error.errno},请核对路径和权限"


def unread(error: Exception) -> str:
    """Return why a text file could not be read as what it should be: the file, its encoding, or the line."""
    if isinstance(error, OSError):
        return reason(error)
    if isinstance(error, UnicodeDecodeError):
        return "不是 UTF-8 编码,请转为 UTF-8"
    mark = getattr(error, "problem_mark", None)
    return DAMAGED if mark is None else f"第 {mark.line + 1} 行不是正确的 YAML,请改正"


def no_port(error: OSError) -> str:
    """Return why nobody can listen at an address."""
    if isinstance(error, gaierror):
        return "查不到这个主机名"
    return PORTS.get(error.errno or 0) or f"系统错误 {error.errno}"


def no_file(path: Path) -> str | None:
    """Return why there is no ordinary file at a path, as a folder, a device or nothing at all; None: there is one."""
    try:
        mode = path.stat().st_mode
    except OSError as error:
        return reason(error)
    if stat.S_ISDIR(mode):
        return WHY[errno.EISDIR]
    return None if stat.S_ISREG(mode) else "这是设备或管道,请给出普通文件"
