"""What the caller said and where it is: the facts a ticket is opened with, and how they may change. Domain 2.16."""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from .model import Frozen
from .words import AreaClass, Category, Level, Protected, Symptom

Text = Annotated[str, Field(max_length=500)]
Words = Annotated[str, Field(min_length=1, max_length=500)]
Code = Annotated[str, Field(min_length=1, max_length=64)]
Address = Annotated[str, Field(max_length=300)]
Name = Annotated[str, Field(min_length=1, max_length=60)]
Person = Annotated[str, Field(max_length=60)]
Lon = Annotated[float, Field(ge=-180, le=180, allow_inf_nan=False)]
Lat = Annotated[float, Field(ge=-90, le=90, allow_inf_nan=False)]
Households = Annotated[int, Field(ge=0, le=10_000_000)]
Photos = Annotated[tuple[Code, ...], Field(max_length=20)]


class Facts(Frozen):
    """What the caller said and where it is, as far as a draft knows it."""

    address: Address = ""
    lon: Lon | None = None
    lat: Lat | None = None
    place_code: Code | None = None
    place_said: Name | None = None  # what the customer called the place
    place_doubt: Text | None = None  # what is wrong with the point that was said; empty: put right since
    area_class: AreaClass = AreaClass.URBAN
    symptom: Symptom = Symptom.OTHER
    symptom_text: Text = ""
    category: Category = Category.LV
    cat_l2: Code | None = None
    cat_l3: Code | None = None
    level: Level = Level.NORMAL
    hazard: bool = False
    protected: Protected | None = None
    customer_name: Person | None = None
    customer_type: Code | None = None
    account_no: Code | None = None
    meter_no: Code | None = None
    feeder: Code | None = None
    transformer_area: Code | None = None
    diagnosis: Text | None = None
    customers_out: Households | None = None
    appointment_at: datetime | None = None
    skill: Code | None = None


class Stated(Facts):
    """What a ticket must say before it goes to a workstation (domain 2.3 row 2)."""

    area_class: AreaClass
    symptom: Symptom
    category: Category
    level: Level
    hazard: bool


class Amendment(Frozen):
    """Facts that change; None: stays as it is."""

    address: Address | None = None
    lon: Lon | None = None
    lat: Lat | None = None
    place_code: Code | None = None
    place_said: Name | None = None
    place_doubt: Text | None = None
    area_class: AreaClass | None = None
    symptom: Symptom | None = None
    symptom_text: Text | None = None
    category: Category | None = None
    cat_l2: Code | None = None
    cat_l3: Code | None = None
    level: Level | None = None
    hazard: bool | None = None
    protected: Protected | None = None
    customer_name: Person | None = None
    customer_type: Code | None = None
    account_no: Code | None = None
    meter_no: Code | None = None
    feeder: Code | None = None
    transformer_area: Code | None = None
    diagnosis: Text | None = None
    customers_out: Households | None = None
    appointment_at: datetime | None = None
    skill: Code | None = None
    place_unresolved: bool | None = None
    agreed_by: Person | None = None  # who agreed to ``appointment_at`` for the customer, and when
    agreed_at: datetime | None = None
