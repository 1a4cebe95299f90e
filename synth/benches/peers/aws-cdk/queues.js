// Stacks of 400 queues with the AWS CDK: `node queues.js STACKS DIRECTORY`.
"use strict";

const { App, CfnOutput, Stack } = require("aws-cdk-lib");
const { CfnQueue } = require("aws-cdk-lib/aws-sqs");

const QUEUES = 400;

function stack(app, number) {
  const stack = new Stack(app, `queues-${number}`);
  let last = new CfnQueue(stack, "Queue0", { visibilityTimeout: 30 });
  for (let index = 1; index < QUEUES; index++) {
    const redrivePolicy = { deadLetterTargetArn: last.attrArn, maxReceiveCount: 3 };
    last = new CfnQueue(stack, `Queue${index}`, { visibilityTimeout: 30, redrivePolicy });
  }
  new CfnOutput(stack, "LastQueueArn", { value: last.attrArn });
}

const [stacks, outdir] = process.argv.slice(2);
const app = new App({ outdir });
for (let number = 0; number < Number(stacks); number++) stack(app, number);
app.synth();
