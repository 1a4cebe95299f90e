"""Stacks of 400 queues with troposphere: `queues.py STACKS DIRECTORY yaml|json`."""

import pathlib
import sys

from troposphere import GetAtt, Output, Template
from troposphere.sqs import Queue, RedrivePolicy

QUEUES = 400


def stack():
    template = Template()
    last = template.add_resource(Queue("Queue0", VisibilityTimeout=30))
    for index in range(1, QUEUES):
        policy = RedrivePolicy(deadLetterTargetArn=GetAtt(last, "Arn"), maxReceiveCount=3)
        last = template.add_resource(Queue(f"Queue{index}", VisibilityTimeout=30, RedrivePolicy=policy))
    template.add_output(Output("LastQueueArn", Value=GetAtt(last, "Arn")))
    return template


def main(stacks, directory, form):
    folder = pathlib.Path(directory)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(int(stacks)):
        template = stack()
        text = template.to_yaml() if form == "yaml" else template.to_json()
        (folder / f"queues-{number}.template.{form}").write_text(text)


main(*sys.argv[1:])
