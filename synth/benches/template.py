"""A template of any size for validators: functions with their logs, roles, queues and alarms, all of them in order."""


def template(resources):
    """The YAML of a template with as many resources, a multiple of 5."""
    parts = ["AWSTemplateFormatVersion: '2010-09-09'", "Resources:"]
    parts += [UNIT.format(n=number) for number in range(resources // 5)]
    return "\n".join(parts) + "\n"


UNIT = """\
  Logs{n}:
    Type: AWS::Logs::LogGroup
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      LogGroupName: /aws/lambda/work-{n}
      RetentionInDays: 30
  Role{n}:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument:
        Version: '2012-10-17'
        Statement:
          - Effect: Allow
            Principal:
              Service: lambda.amazonaws.com
            Action: sts:AssumeRole
      Policies:
        - PolicyName: work
          PolicyDocument:
            Version: '2012-10-17'
            Statement:
              - Effect: Allow
                Action:
                  - logs:CreateLogStream
                  - logs:PutLogEvents
                Resource: !GetAtt Logs{n}.Arn
              - Effect: Allow
                Action:
                  - sqs:DeleteMessage
                  - sqs:GetQueueAttributes
                  - sqs:ReceiveMessage
                Resource: !GetAtt Queue{n}.Arn
  Queue{n}:
    Type: AWS::SQS::Queue
    DeletionPolicy: Delete
    UpdateReplacePolicy: Delete
    Properties:
      QueueName: work-{n}
      SqsManagedSseEnabled: true
      VisibilityTimeout: 60
  Function{n}:
    Type: AWS::Lambda::Function
    Properties:
      FunctionName: work-{n}
      Runtime: provided.al2023
      Handler: bootstrap
      Code:
        S3Bucket: !Sub code-${{AWS::AccountId}}
        S3Key: work/e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855.zip
      Role: !GetAtt Role{n}.Arn
      Timeout: 10
      LoggingConfig:
        LogGroup: !Ref Logs{n}
  Mapping{n}:
    Type: AWS::Lambda::EventSourceMapping
    Properties:
      EventSourceArn: !GetAtt Queue{n}.Arn
      FunctionName: !Ref Function{n}
      BatchSize: 10"""
