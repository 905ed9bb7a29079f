"""Photos from the site (现场照片): sent by telephones as they are, shown as they are kept."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from hashlib import sha256
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Header, Path, Request, Response
from pydantic import BaseModel, Field

from dispatch.accounts.model import Account
from dispatch.desk.field import photos
from dispatch.desk.field.photos import Photo, Sent
from dispatch.desk.room import Desk, Once
from dispatch.kit.errors import Refusal
from dispatch.kit.pictures import LONGEST, THUMB_LONGEST, develop

from .bodies import Instant
from .deps import CallerOf, DarkroomOf, DeskOf, Now, TicketId, shown
from .idempotency import HEADER, REPLAYED, once, parameter

router = APIRouter(tags=["field 现场汇报"])

Reader = Annotated[Account, CallerOf("photo.read")]
PhotoId = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{1,64}$", description="照片编号")]
MEDIA = ("image/jpeg", "image/png", "image/webp")
DEADLINE_S = 20.0  # for one photo, of the machine's time
AWAY = "照片处理进程异常退出(内存不足或超时),照片没有保存;请稍候重新上传,仍不成请降低分辨率后重拍"
BINARY: dict[str, Any] = {"schema": {"type": "string", "format": "binary"}}
BODY = {"required": True, "description": "照片文件", "content": dict.fromkeys(MEDIA, BINARY)}
PICTURE: dict[int | str, dict[str, Any]] = {
    200: {"content": {"image/jpeg": BINARY}, "description": "照片"},
    304: {"description": "与 If-None-Match 所示相同"},
}
TakenAt = Annotated[Instant | None, Header(alias="X-Taken-At", description="拍摄时间(手机时间);缺省为现在")]


class NotPicture(Refusal):
    """The body is declared as something else than a picture."""

    status = 415


class PhotoShown(BaseModel):
    """One photo; the pictures are read at ``/photos/{id}`` and ``/photos/{id}/thumb``."""

    id: str = Field(description="照片编号,填入到场、修复等汇报的 photos")
    ticket_id: str
    taken_at: datetime = Field(description="拍摄时间,按手机时钟")
    received_at: datetime = Field(description="服务器收到时间")
    by: str = Field(description="上传账号编号")
    role: str
    bytes: int = Field(description="所存照片的字节数")
    width: int
    height: int
    sha256: str = Field(description="所传文件的 SHA-256;同一工单同一文件只存一张")

    @classmethod
    def of(cls, photo: Photo) -> "PhotoShown":
        same = {name: getattr(photo, name) for name in ("id", "ticket_id", "taken_at", "received_at", "role")}
        size = {"bytes": photo.size, "width": photo.width, "height": photo.height}
        return cls(**same, **size, by=photo.actor, sha256=photo.sha256.hex())


class PhotoList(BaseModel):
    """A ticket's photos, in the order in which they were taken."""

    ticket_id: str
    photos: Sequence[PhotoShown]


async def _file(request: Request) -> tuple[bytes, bytes]:
    """Read the file; return it with its digest, for which the event loop is not kept."""
    declared = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if declared not in MEDIA:
        raise NotPicture(
            f"照片应为 JPEG、PNG 或 WebP,请设 Content-Type: {'、'.join(MEDIA)} 之一;手机拍 HEIC 的请改为 JPEG",
            content_type=declared[:100],
        )
    raw = await request.body()
    return raw, await asyncio.to_thread(lambda: sha256(raw).digest())


File = Annotated[tuple[bytes, bytes], Depends(_file)]


async def _once(request: Request, file: File) -> Once | None:
    """Return the request's key; what was asked is known by the file's digest, for the file is long."""
    key = request.headers.get(HEADER)
    return None if key is None else once(key, request.method, request.url.path, file[1])


_once.parameter = parameter(required=False)  # type: ignore[attr-defined]


@router.post(
    "/tickets/{ticket_id}/photos",
    operation_id="add_photo",
    summary="上传现场照片",
    status_code=201,
    response_model=PhotoShown,
    openapi_extra={"requestBody": BODY},
)
async def add_photo(
    ticket_id: TicketId,
    caller: Annotated[Account, CallerOf("photo.add")],
    file: File,
    key: Annotated[Once | None, Depends(_once)],
    desk: DeskOf,
    darkroom: DarkroomOf,
    now: Now,
    taken_at: TakenAt = None,
) -> Response:
    """
    Keep a photo with its ticket, as evidence: who sent it and when stands in the audit.

    It is turned upright and made smaller; position and all else that the telephone wrote into it is dropped. The same
    file again returns the same photo, with `Idempotent-Replayed: true`.
    """
    raw, digest = file
    sent = Sent(digest, taken_at)
    if (photo := await photos.known(desk, ticket_id, sent, by=caller, at=now, once=key)) is None:
        developed = await darkroom.printed(develop, raw)
        photo, new = await photos.add(desk, ticket_id, sent, developed, by=caller, at=now, once=key)
    else:
        new = False
    return shown(PhotoShown.of(photo), status=201, headers=None if new else REPLAYED)


@router.get("/tickets/{ticket_id}/photos", operation_id="list_photos", summary="工单现场照片", response_model=PhotoList)
async def list_photos(ticket_id: TicketId, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """List a ticket's photos in the order in which they were taken."""
    found = await photos.of_ticket(desk, ticket_id, by=caller, at=now)
    return shown(PhotoList(ticket_id=ticket_id, photos=[PhotoShown.of(photo) for photo in found]))


@router.get(
    "/photos/{photo_id}",
    operation_id="read_photo",
    summary="现场照片",
    response_class=Response,
    responses=PICTURE,
    description=f"JPEG,长边不超过 {LONGEST} 像素。",
)
async def read_photo(request: Request, photo_id: PhotoId, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """Return a photo as it is kept."""
    photo = await photos.find(desk, photo_id, by=caller, at=now)
    return await _picture(request, desk, photo, thumb=False)


@router.get(
    "/photos/{photo_id}/thumb",
    operation_id="read_photo_thumb",
    summary="现场照片缩略图",
    response_class=Response,
    responses=PICTURE,
    description=f"JPEG,长边不超过 {THUMB_LONGEST} 像素。",
)
async def read_thumb(request: Request, photo_id: PhotoId, caller: Reader, desk: DeskOf, now: Now) -> Response:
    """Return a photo small."""
    photo = await photos.find(desk, photo_id, by=caller, at=now)
    return await _picture(request, desk, photo, thumb=True)


async def _picture(request: Request, desk: Desk, photo: Photo, *, thumb: bool) -> Response:
    """Return a picture, which never changes; the browser may keep it, and asks each time whether one may see it."""
    name = f"{photo.id}-thumb" if thumb else photo.id
    tag = f'"{name}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "X-Content-Type-Options": "nosniff"}
    if tag in request.headers.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    file = await photos.picture(desk, photo, thumb=thumb)
    headers["Content-Disposition"] = f'inline; filename="{name}.jpg"'
    return Response(file, media_type="image/jpeg", headers=headers)
