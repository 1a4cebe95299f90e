"""The reference's behaviour, written anew: the peer of the benchmark."""

import os
from contextlib import asynccontextmanager

from fastapi import FastAPI
from pydantic import BaseModel
from sqlalchemy import select

import authentication
import locations
import users
from database import Base, User, engine, new_session


class Health(BaseModel):
    message: str


@asynccontextmanager
async def prepared(_):
    Base.metadata.create_all(engine)
    with new_session() as database:
        if database.scalar(select(User.id).where(User.role == "admin")) is None:
            password_hash = authentication.hash_password(os.environ["ADMIN_PASSWORD"])
            database.add(User(user_name="admin", password_hash=password_hash, role="admin"))
            database.commit()
    yield


app = FastAPI(title="Peer", lifespan=prepared)
for module in (authentication, users, locations):
    app.include_router(module.router)


@app.get("/")
async def health() -> Health:
    return Health(message="The service is running.")
