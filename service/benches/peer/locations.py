"""Locations."""

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, Field
from sqlalchemy import func, select

from authentication import Admin, Authenticated
from database import Database, Location, User

Coordinate = Annotated[Decimal, Field(max_digits=12, decimal_places=8)]
HISTORY = select(User.id, User.user_name, Location.lat, Location.lng).join(Location.user)

router = APIRouter(prefix="/location")


class NewLocation(BaseModel):
    user_name: str
    lat: Coordinate
    lng: Coordinate


class Users(BaseModel):
    ids: list[int]


class LocationAnswer(BaseModel):
    id: int
    user_name: str
    lat: Decimal
    lng: Decimal


@router.post("/update", status_code=201)
def update(location: NewLocation, caller: Authenticated, database: Database) -> None:
    database.add(Location(user_id=caller.id, lat=location.lat, lng=location.lng))
    database.commit()


@router.post("/get_locations")
def history_of(users: Users, _: Authenticated, database: Database) -> list[LocationAnswer]:
    return read(database, HISTORY.where(Location.user_id.in_(users.ids)).order_by(Location.id))


@router.get("/get_locations")
def history(_: Admin, database: Database) -> list[LocationAnswer]:
    return read(database, HISTORY.order_by(Location.id))


@router.get("/get_latest_locations")
def newest(_: Authenticated, database: Database) -> list[LocationAnswer]:
    newest_ids = select(func.max(Location.id)).group_by(Location.user_id)
    return read(database, HISTORY.where(Location.id.in_(newest_ids)).order_by(Location.user_id))


def read(database, statement):
    # Cheaper than to have FastAPI read the attributes of the rows.
    return [
        LocationAnswer(id=identity, user_name=user_name, lat=lat, lng=lng)
        for identity, user_name, lat, lng in database.execute(statement)
    ]
