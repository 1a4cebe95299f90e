"""Passwords, and tokens that are verified without the database."""

import os
from datetime import UTC, datetime, timedelta
from typing import Annotated

import bcrypt
import jwt
from fastapi import APIRouter, Depends, HTTPException
from fastapi.security import OAuth2PasswordBearer, OAuth2PasswordRequestForm
from pydantic import BaseModel
from sqlalchemy import select

from database import Database, User

ALGORITHM = "HS256"
LIFETIME = timedelta(hours=24)
COST = 10
KEY = os.environ["SIGNING_KEY"]

router = APIRouter(prefix="/auth")
scheme = OAuth2PasswordBearer(tokenUrl="auth/token")


class Token(BaseModel):
    access_token: str
    token_type: str


class Caller(BaseModel):
    id: int
    user_name: str
    role: str


def hash_password(password):
    return bcrypt.hashpw(password.encode(), bcrypt.gensalt(COST)).decode()


async def authenticated(token: Annotated[str, Depends(scheme)]) -> Caller:
    try:
        claims = jwt.decode(token, KEY, algorithms=[ALGORITHM], options={"require": ["exp", "id", "sub", "role"]})
    except jwt.InvalidTokenError:
        raise HTTPException(401, "Could not validate user.") from None
    return Caller(id=claims["id"], user_name=claims["sub"], role=claims["role"])


Authenticated = Annotated[Caller, Depends(authenticated)]


async def admin(caller: Authenticated) -> Caller:
    if caller.role != "admin":
        raise HTTPException(401, "Authentication Failed")
    return caller


Admin = Annotated[Caller, Depends(admin)]


@router.post("/token")
def log_in(form: Annotated[OAuth2PasswordRequestForm, Depends()], database: Database) -> Token:
    user = database.scalar(select(User).where(User.user_name == form.username))
    if user is None or not bcrypt.checkpw(form.password.encode(), user.password_hash.encode()):
        raise HTTPException(401, "Could not validate user.")
    claims = {"sub": user.user_name, "id": user.id, "role": user.role, "exp": datetime.now(UTC) + LIFETIME}
    return Token(access_token=jwt.encode(claims, KEY, ALGORITHM), token_type="bearer")


@router.get("/check_token")
async def check_token(caller: Authenticated) -> Caller:
    return caller
