"""Users: whoever asks for the role `admin` gets it, as in the reference."""

from typing import Literal

from fastapi import APIRouter, HTTPException
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select

from authentication import Admin, Authenticated, hash_password
from database import Database, User

Role = Literal["user", "admin"]

router = APIRouter(prefix="/users")


class NewUser(BaseModel):
    user_name: str
    password: str
    role: Role


class NewRole(BaseModel):
    role: Role


class UserAnswer(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: int
    user_name: str
    role: str


@router.post("/create_user", status_code=201)
def create(user: NewUser, database: Database) -> None:
    if database.scalar(select(User.id).where(User.user_name == user.user_name)) is not None:
        raise HTTPException(401, "The user exists.")
    database.add(User(user_name=user.user_name, password_hash=hash_password(user.password), role=user.role))
    database.commit()


@router.get("/read_all", response_model=list[UserAnswer])
def read_all(_: Admin, database: Database):
    return database.scalars(select(User)).all()


@router.put("/update", status_code=204)
def update(change: NewRole, caller: Authenticated, database: Database) -> None:
    user = database.get(User, caller.id)
    if user is None:
        raise HTTPException(404, "Not Found")
    user.role = change.role
    database.commit()


@router.delete("/delete/{user_name}", status_code=204)
def delete(user_name: str, _: Admin, database: Database) -> None:
    user = database.scalar(select(User).where(User.user_name == user_name))
    if user is None:
        raise HTTPException(404, "Delete failed.")
    database.delete(user)
    database.commit()
