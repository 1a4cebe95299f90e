-- Sends the same requests in turn for some seconds, waits for what is under way, and prints
-- "ANSWERED SECONDS", or what went wrong. Needs one thread.
--
--     wrk -t 1 -d LIMIT -s request.lua URL -- SECONDS METHOD STATUS BODY PATH...
--
-- wrk by itself drops the requests under way when its time is up: the server has worked on them, but they
-- are not counted. Of requests that take a quarter of a second, these are a tenth.

local ffi = require("ffi")
ffi.cdef([[
    typedef struct { long seconds, nanoseconds; } instant;
    int clock_gettime(int clock, instant *now);
    int getpid(void);
    int kill(int process, int signal);
]])
local MONOTONIC, INTERRUPT = 1, 2
local instant = ffi.new("instant")
local requests, expected, limit = {}, 0, 0
local start = 0

-- Globals, so that done() can read them from the thread.
-- wrk asks for one request before the first to see what it looks like, and does not send it.
sent, answered, unexpected, seconds = -1, 0, 0, 0

local function now()
    ffi.C.clock_gettime(MONOTONIC, instant)
    return tonumber(instant.seconds) + tonumber(instant.nanoseconds) / 1e9
end

local thread

function setup(only)
    thread = only
end

function init(arguments)
    limit, expected = tonumber(arguments[1]), tonumber(arguments[3])
    local body = arguments[4] ~= "" and arguments[4] or nil
    for index = 5, #arguments do
        table.insert(requests, wrk.format(arguments[2], arguments[index], nil, body))
    end
end

function request()
    if sent <= 0 then
        start = now()
    end
    seconds = now() - start
    if seconds < limit then
        sent = sent + 1
        return requests[sent % #requests + 1]
    end
    if sent == answered then
        ffi.C.kill(ffi.C.getpid(), INTERRUPT)
    end
    -- Nothing is written, so this connection waits for an answer that does not come.
    return ""
end

function response(status)
    answered = answered + 1
    if status ~= expected then
        unexpected = unexpected + 1
    end
end

function done(summary)
    local errors = summary.errors
    local broken = errors.connect + errors.read + errors.write + errors.timeout
    local sent, answered, unexpected = thread:get("sent"), thread:get("answered"), thread:get("unexpected")
    if broken > 0 or unexpected > 0 or sent ~= answered then
        print(string.format("sent %d, answered %d, unexpected status %d, broken %d", sent, answered, unexpected, broken))
    else
        print(string.format("%d %.6f", answered, thread:get("seconds")))
    end
end
