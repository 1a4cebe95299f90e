"""CodePipeline as far as it is needed to stop pipelines. Each runs from when it is made until it is stopped."""

from resources import OPAQUE

PREFIX = "CodePipeline_20150709."


def ask(action, question):
    pipeline = OPAQUE.get(question.get("name") or question.get("pipelineName"))
    if pipeline is None:
        return 400, {"__type": "PipelineNotFoundException", "message": "The account has no such pipeline"}
    if action == "StopPipelineExecution" and "stopped" in pipeline:
        return 400, {"__type": "PipelineExecutionNotStoppableException", "message": "The execution is no longer in progress"}
    return 200, ACTIONS[action](pipeline, question)


def state(pipeline, _):
    closed = pipeline.get("closed", {})
    states = []
    for stage in pipeline["Stages"]:
        name = stage["Name"]
        reason = {"disabledReason": closed[name]} if name in closed else {}
        states.append({"stageName": name, "inboundTransitionState": {"enabled": name not in closed, **reason}})
    return {"pipelineName": pipeline["Name"], "pipelineVersion": 1, "stageStates": states}


def close(pipeline, question):
    pipeline.setdefault("closed", {})[question["stageName"]] = question["reason"]
    return {}


def reopen(pipeline, question):
    pipeline["closed"].pop(question["stageName"])
    return {}


def executions(pipeline, _):
    status = "Stopped" if "stopped" in pipeline else "InProgress"
    return {"pipelineExecutionSummaries": [{"pipelineExecutionId": pipeline["Name"], "status": status}]}


def stop(pipeline, question):
    pipeline["stopped"] = question["abandon"]
    return {"pipelineExecutionId": question["pipelineExecutionId"]}


ACTIONS = {"GetPipelineState": state, "DisableStageTransition": close, "EnableStageTransition": reopen}
ACTIONS |= {"ListPipelineExecutions": executions, "StopPipelineExecution": stop}
